import FoundationEssentials

/// The JSON texts in the columns `args`, `env` and `pools`.
enum JSONText {
    /// `nil` for an empty list, which is stored as NULL.
    static func array(_ values: [String]) throws -> String? {
        guard !values.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(values), as: UTF8.self)
    }

    /// `nil` for an empty object, which is stored as NULL. Keys are sorted, so that equal objects are equal texts.
    static func object(_ values: [String: some Encodable]) throws -> String? {
        guard !values.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(values), as: UTF8.self)
    }

    static func strings(_ text: String?) throws -> [String] {
        guard let text else { return [] }
        return try JSONDecoder().decode([String].self, from: Data(text.utf8))
    }

    static func stringsByName(_ text: String?) throws -> [String: String] {
        guard let text else { return [:] }
        return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    static func amounts(_ text: String?) throws -> [String: Int] {
        guard let text else { return [:] }
        return try JSONDecoder().decode([String: Int].self, from: Data(text.utf8))
    }
}
