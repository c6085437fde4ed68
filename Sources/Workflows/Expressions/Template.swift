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

    /// Texts next to one another become one.
    package init(parts: [Part]) {
        self.parts = parts.reduce(into: []) { merged, part in
            if case .text(let piece) = part, case .text(let before)? = merged.last {
                merged[merged.count - 1] = .text(before + piece)
            } else {
                merged.append(part)
            }
        }
    }

    /// Reads `… ${{ expression }} …`; `$${{` stands for `${{` itself.
    ///
    /// - Parameter place: where the text begins in the file.
    package static func parse(_ text: String, at place: Place? = nil) throws(ExpressionError) -> Template {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return Template(plain: text) }
        var scanner = TemplateScanner(text, at: place)
        return Template(parts: try scanner.read())
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

    /// As it is written. A `$` right before an expression would make it plain text, so it becomes one itself.
    package var source: String {
        var text = ""
        for (index, part) in parts.enumerated() {
            switch part {
            case .text(let piece):
                let isBeforeExpression = index + 1 < parts.count
                let ends = isBeforeExpression && piece.utf8.last == UInt8(ascii: "$")
                text += Self.escaped(ends ? String(piece.dropLast()) : piece)
                if ends { text += "${{ '$' }}" }
            case .expression(let expression): text += "${{ \(expression.source) }}"
            }
        }
        return text
    }

    /// A plain text so that it is read as one.
    static func escaped(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "$")) ? text.replacing("${{", with: "$${{") : text
    }

    package var expressions: [Expression] {
        parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    /// The value: of one expression and nothing else, with its type; else a text.
    package func evaluate(in scope: some ExpressionScope) throws(ExpressionError) -> JSONValue {
        if parts.count == 1, case .expression(let expression) = parts[0] { return try expression.evaluate(in: scope) }
        return .string(try text(in: scope))
    }

    /// - Throws: also when the text grows beyond `maximumTextLength`.
    package func text(in scope: some ExpressionScope) throws(ExpressionError) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .expression(let expression):
                let value = try expression.evaluate(in: scope)
                guard let piece = value.splicedText(atMost: Self.maximumTextLength - text.utf8.count) else {
                    throw ExpressionError("the text has more than \(Self.maximumTextLength >> 20) MiB", offset: 0)
                        .located(in: expression.source, at: expression.place)
                }
                text += piece
            }
        }
        return text
    }

    /// Bytes of a text with its expressions' values.
    package static let maximumTextLength = 16 << 20
}
