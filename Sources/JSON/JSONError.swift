/// Where a text is not JSON, and why.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Without a full stop.
    package let message: String
    /// In bytes, from 0.
    package let offset: Int
    /// From 1, in characters.
    package let line: Int
    package let column: Int

    init(_ message: String, at offset: Int, in bytes: [UInt8]) {
        self.message = message
        self.offset = offset
        let before = bytes.prefix(offset)
        line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        column = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
    }

    package var description: String { "not JSON: line \(line), column \(column): \(message)" }
}
