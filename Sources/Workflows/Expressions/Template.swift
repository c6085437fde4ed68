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

    /// The text itself, when there is no expression in it.
    package var plainText: String? {
        var text = ""
        for part in parts {
            guard case .text(let piece) = part else { return nil }
            text += piece
        }
        return text
    }
}
