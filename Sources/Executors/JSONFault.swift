/// Where a text stops being JSON, and what was wanted there.
package struct JSONFault: Error, Sendable, Equatable {
    /// Bytes from the beginning.
    package var offset: Int
    /// From 1.
    package var line: Int
    /// From 1, in bytes.
    package var column: Int
    package var problem: String
}

extension JSONFault: CustomStringConvertible {
    package var description: String { "line \(line), column \(column): \(problem)" }
}
