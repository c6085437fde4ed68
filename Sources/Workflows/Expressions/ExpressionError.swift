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

    init(_ message: String, offset: Int, isMissing: Bool = false) {
        self.message = message
        self.offset = offset
        self.isMissing = isMissing
        source = ""
    }

    /// Characters before the fault.
    private var column: Int {
        String(decoding: source.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count
    }

    /// One line: what, and at which character of which expression.
    package var description: String {
        let shown = source.unicodeScalars.count > 120 ? String(source.prefix(120)) + "…" : source
        return "in '\(shown)', at character \(column + 1): \(message)"
    }

    /// The expression with a mark below the fault.
    package var picture: String { "\(source)\n\(String(repeating: " ", count: column))^" }

    /// Where the fault is in the file; of an expression over several lines, where it begins.
    package var exactPlace: Place? {
        guard let place else { return nil }
        return source.contains("\n") ? place : Place(line: place.line, column: place.column + column)
    }
}
