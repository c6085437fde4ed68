/// What is wrong with an expression, and where in it.
package struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Without a full stop.
    package let message: String
    /// The expression, without braces.
    package var source: String
    /// In bytes of the source, from 0.
    package var offset: Int
    /// Where the expression begins in its file; `nil`: it is not from a file.
    package var place: Place?
    /// There is no value, as opposed to a wrong one: `??` goes on with its other side.
    package var isMissing: Bool

    package init(_ message: String, offset: Int, isMissing: Bool = false) {
        self.message = message
        self.offset = offset
        self.isMissing = isMissing
        source = ""
    }

    /// One line: what, and at which character of which expression.
    package var description: String {
        let shown = source.unicodeScalars.count > 120 ? String(source.unicodeScalars.prefix(120)) + "…" : source
        let character = source.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1
        return "in '\(shown)', at character \(character): \(message)"
    }

    /// The line of the expression that has the fault, with a mark below it; of a long line, what is near.
    package var picture: String {
        let bytes = Array(source.utf8)
        let fault = min(offset, bytes.count)
        let start = bytes[..<fault].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = bytes[fault...].firstIndex(of: 0x0A) ?? bytes.count
        var before = Array(String(decoding: bytes[start..<fault], as: UTF8.self).unicodeScalars)
        var after = Array(String(decoding: bytes[fault..<end], as: UTF8.self).unicodeScalars)
        if before.count > Self.shownNear { before = ["…"] + before.suffix(Self.shownNear) }
        if after.count > Self.shownNear { after = after.prefix(Self.shownNear) + ["…"] }
        // Tabs stay, so that the mark stands below its character however wide they are.
        let indent = before.map { $0 == "\t" ? $0 : " " }
        return [before, after, ["\n"], indent, ["^"]].reduce(into: "") { $0.unicodeScalars += $1 }
    }

    private static let shownNear = 80

    /// Where the fault is in the file; of an expression over several lines, where it begins.
    package var exactPlace: Place? { place?.advanced(in: source, by: offset) }
}
