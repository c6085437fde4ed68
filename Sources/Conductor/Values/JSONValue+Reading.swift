import JSON

/// Lenient readers, as Conductor's own: `null` is as good as absent.
extension JSONValue {
    /// `nil` for `null` too.
    var present: JSONValue? { self == .null ? nil : self }

    /// A text that says something.
    func text(_ key: String) -> String? {
        guard let text = self[key]?.string, !text.isEmpty else { return nil }
        return text
    }

    /// A whole number, also where it is written as a text or with a fraction of nothing.
    func whole(_ key: String) -> Int? {
        switch self[key] {
        case .integer(let number)?: number
        case .decimal(let number)?: Int(exactly: number.rounded())
        case .string(let text)?: Int(text)
        default: nil
        }
    }

    /// What a number of seconds, or of attempts, may be at the most: 2³¹ - 1, as in Conductor.
    static let mostWhole = Int(Int32.max)

    /// What is wrong with a number that there is room for only up to `mostWhole`; `nil`: nothing.
    func excess(_ key: String) -> String? {
        guard let given = self[key], let number = given.number ?? given.string.flatMap({ Double($0) }),
            number > Double(Self.mostWhole)
        else { return nil }
        return "\(key) must be at most \(Self.mostWhole), not \(given.text)"
    }

    func flag(_ key: String) -> Bool {
        switch self[key] {
        case .bool(let flag)?: flag
        case .string(let text)?: text.lowercased() == "true"
        default: false
        }
    }

    func members(_ key: String) -> [String: JSONValue] { self[key]?.object ?? [:] }
    func elements(_ key: String) -> [JSONValue] { self[key]?.list ?? [] }

    /// What a text of the database says; an object without members where it says nothing.
    static func stored(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? .object([:]) }
}

extension [String: JSONValue] {
    /// Without what is `null`, as Conductor leaves it out.
    var compact: [String: JSONValue] { filter { $0.value != .null } }

    mutating func set(_ key: String, _ text: String?) { if let text { self[key] = .string(text) } }
}
