import Yams

/// Names of variables that hold keys.
enum KeyVariable {
    static func name(_ field: Field) -> String? {
        guard let text = field.nonEmptyText() else { return nil }
        guard isName(text) else {
            // What stands there may be the key itself, and is not repeated.
            field.findings.error(
                "\(field.title) is the name of a variable that holds the key, such as OPENAI_API_KEY, and not the key",
                at: field.place)
            return nil
        }
        return text
    }

    /// One name, or a list of them.
    static func names(_ field: Field) -> [String] {
        guard case .sequence(let nodes) = field.value else { return name(field).map { [$0] } ?? [] }
        return nodes.compactMap { node in
            name(
                Field(
                    key: field.key, keyPlace: field.keyPlace, value: node, title: field.title, findings: field.findings)
            )
        }
    }

    /// Capital letters, digits and underscores, as variables are named: keys have small letters, or hyphens.
    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
}
