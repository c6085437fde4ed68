package import JSON

/// A text with expressions in it, or without.
package struct Template: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        case expression(Expression)
    }

    package let parts: [Part]

    /// A text that is taken as it stands.
    package init(plain text: String) { parts = text.isEmpty ? [] : [.text(text)] }

    package init(parts: [Part]) { self.parts = parts }

    /// Reads `… ${{ expression }} …`; `$${{` stands for `${{` itself.
    ///
    /// - Parameter place: where the text begins in the file.
    package static func parse(_ text: String, at place: Place? = nil) throws(ExpressionError) -> Template {
        guard text.contains("${{") else { return Template(plain: text) }
        var places = PlaceFinder(text: text, start: place)
        var parts: [Part] = []
        var plain = ""
        var rest = text[...]
        while let opening = rest.firstRange(of: "${{") {
            if rest[..<opening.lowerBound].hasSuffix("$") {
                plain += rest[..<opening.lowerBound].dropLast() + "${{"
                rest = rest[opening.upperBound...]
                continue
            }
            plain += rest[..<opening.lowerBound]
            let begin = opening.upperBound
            guard let end = closing(in: rest[begin...]) else {
                throw ExpressionError("'${{' has no '}}'", offset: 0)
                    .located(in: String(rest[opening.lowerBound...]), at: places.place(of: opening.lowerBound))
            }
            let inner = rest[begin..<end]
            let leading = inner.prefix { $0 == " " || $0 == "\n" || $0 == "\t" }
            let source = String(inner.dropFirst(leading.count)).trimmingEnd
            if !plain.isEmpty { parts.append(.text(plain)) }
            plain = ""
            parts.append(.expression(try Expression.parse(source, at: places.place(of: leading.endIndex))))
            rest = rest[rest.index(end, offsetBy: 2)...]
        }
        plain += rest
        if !plain.isEmpty { parts.append(.text(plain)) }
        return Template(parts: parts)
    }

    /// The text itself, when there is no expression in it.
    package var plainText: String? {
        var text = ""
        for part in parts {
            guard case .text(let piece) = part else { return nil }
            text += piece
        }
        return text
    }

    /// As it is written.
    package var source: String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let piece): text += piece.replacing("${{", with: "$${{")
            case .expression(let expression): text += "${{ \(expression.source) }}"
            }
        }
    }

    package var expressions: [Expression] {
        parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    /// The value: of one expression and nothing else, with its type; else a text.
    package func evaluate(in scope: some ExpressionScope) throws(ExpressionError) -> JSONValue {
        if parts.count == 1, case .expression(let expression) = parts[0] { return try expression.evaluate(in: scope) }
        return .string(try text(in: scope))
    }

    package func text(in scope: some ExpressionScope) throws(ExpressionError) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .expression(let expression): text += try expression.evaluate(in: scope).splicedText
            }
        }
        return text
    }

    /// The `}}` that ends an expression: not one within a text of it.
    private static func closing(in text: Substring) -> String.Index? {
        var quote: Character?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if let open = quote {
                if open == "\"", character == "\\" { index = text.index(after: index) }
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "}", text[text.index(after: index)...].first == "}" {
                return index
            }
            guard index < text.endIndex else { return nil }
            index = text.index(after: index)
        }
        return nil
    }
}

/// Tells the places of growing indices of a text, each part of which it looks at once.
private struct PlaceFinder {
    let text: String
    /// Where the text begins in the file; `nil`: it is not from a file.
    let start: Place?
    private var index: String.Index
    private var column: Int
    private var isFirstLine = true

    init(text: String, start: Place?) {
        self.text = text
        self.start = start
        index = text.startIndex
        column = start?.column ?? 1
    }

    /// Exact in a text of one line; of a later line, where the text begins.
    mutating func place(of next: String.Index) -> Place? {
        guard let start else { return nil }
        for scalar in text.unicodeScalars[index..<next] {
            column += 1
            if scalar == "\n" { isFirstLine = false }
        }
        index = next
        return isFirstLine ? Place(line: start.line, column: column) : start
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while let last = text.last, last == " " || last == "\n" || last == "\t" || last == "\r" { text.removeLast() }
        return String(text)
    }
}
