import JSON

/// What a call was given. Each getter checks what it gives; names that no tool knows are an error, since they are slips
/// as a rule.
struct ToolArguments: Sendable {
    let values: [String: JSONValue]

    /// - Throws: `ToolFailure` for names that `schema` does not have, and for what it requires and is not there.
    init(_ values: [String: JSONValue], for schema: Schema) throws {
        let known = schema.properties.map(\.name)
        if schema.isClosed, let unknown = values.keys.sorted().first(where: { !known.contains($0) }) {
            let names = known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))"
            throw ToolFailure("the tool has no argument '\(unknown.prefix(100))'; \(names)")
        }
        // Clients write null for what they leave out.
        self.values = values.filter { $0.value != .null }
        if let missing = schema.required.first(where: { self.values[$0] == nil }) {
            throw ToolFailure("the argument '\(missing)' is missing")
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// - Throws: `ToolFailure` unless it is a text that is not empty.
    func text(_ name: String) throws -> String? {
        guard let value = values[name] else { return nil }
        guard case .string(let text) = value, !text.isEmpty else {
            throw wrong(name, value, "a text that is not empty")
        }
        guard !text.utf8.contains(0) else {
            throw ToolFailure("\(name) has a character 0, which no text here may have")
        }
        return text
    }

    func flag(_ name: String) throws -> Bool? {
        guard let value = values[name] else { return nil }
        guard case .bool(let flag) = value else { throw wrong(name, value, "true or false") }
        return flag
    }

    func whole(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = values[name] else { return nil }
        guard let number = Self.whole(value), range.contains(number) else {
            throw wrong(name, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let value = values[name] else { return nil }
        guard let number = value.number, range.contains(number) else {
            throw wrong(name, value, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func object(_ name: String) throws -> [String: JSONValue]? {
        guard let value = values[name] else { return nil }
        guard case .object(let members) = value else { throw wrong(name, value, "an object") }
        return members
    }

    func list(_ name: String) throws -> [JSONValue]? {
        guard let value = values[name] else { return nil }
        guard case .list(let elements) = value else { throw wrong(name, value, "a list") }
        return elements
    }

    func texts(_ name: String) throws -> [String]? {
        try list(name)?.map { element in
            guard case .string(let text) = element, !text.utf8.contains(0) else {
                throw wrong(name, element, "a list of texts; one element")
            }
            return text
        }
    }

    /// - Throws: `ToolFailure` unless it is a list of whole numbers, and not empty.
    func wholes(_ name: String) throws -> [Int]? {
        guard let elements = try list(name) else { return nil }
        let numbers = elements.compactMap(Self.whole)
        guard !elements.isEmpty, numbers.count == elements.count else {
            throw ToolFailure("\(name) must be a list of whole numbers with at least one, such as [4, 5, 6, 7]")
        }
        return numbers
    }

    /// An id of a job or a run: a number, or the number as a text.
    func id(_ name: String) throws -> Int? {
        guard let value = values[name] else { return nil }
        let number = Self.whole(value) ?? value.string.flatMap { Int($0) }
        guard let number, number > 0 else { throw wrong(name, value, "an id, such as 12") }
        return number
    }

    /// `4.0` is 4: some clients have no whole numbers.
    private static func whole(_ value: JSONValue) -> Int? {
        if case .decimal(let number) = value { return Int(exactly: number) }
        return value.integer
    }

    private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> ToolFailure {
        let shown: String =
            switch value {
            case .object, .list: value.kindName
            default: String(value.text.prefix(100))
            }
        return ToolFailure("\(name) must be \(expected), not \(shown)")
    }
}
