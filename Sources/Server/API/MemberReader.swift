import HTTPTypes
import JSON

/// Reads the members of an object that a client sent. Null stands for a member that is not there.
struct MemberReader {
    private let members: [String: JSONValue]
    /// Where the object is, as messages begin: `jobs[3]: `.
    private let place: String

    init(_ members: [String: JSONValue], place: String = "") {
        self.members = members.filter { $0.value != .null }
        self.place = place
    }

    func has(_ name: String) -> Bool { members[name] != nil }
    func value(_ name: String) -> JSONValue? { members[name] }

    func fault(_ text: String) -> Problem { Problem(.unprocessableContent, place + text) }

    func text(_ name: String) throws -> String? {
        guard let value = members[name] else { return nil }
        guard case .string(let text) = value else { throw fault("'\(name)' must be a text, not \(value.kindName)") }
        guard !text.utf8.contains(0) else { throw fault("'\(name)' has a null character") }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = members[name] else { return nil }
        guard case .integer(let number) = value, range.contains(number) else {
            throw fault("'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag(_ name: String) throws -> Bool? {
        guard let value = members[name] else { return nil }
        guard case .bool(let flag) = value else { throw fault("'\(name)' must be true or false") }
        return flag
    }

    /// A list of texts and numbers.
    func texts(_ name: String) throws -> [String] {
        guard let value = members[name] else { return [] }
        guard case .list(let elements) = value else { throw fault("'\(name)' must be a list of texts") }
        return try elements.map { try scalar($0, name) }
    }

    func textsByName(_ name: String) throws -> [String: String]? {
        guard let value = members[name] else { return nil }
        guard case .object(let object) = value else { throw fault("'\(name)' must be an object of texts") }
        return try object.mapValues { try scalar($0, name) }
    }

    private func scalar(_ value: JSONValue, _ name: String) throws -> String {
        switch value {
        case .string(let text) where !text.utf8.contains(0): return text
        case .integer, .bigInteger, .decimal: return value.text
        default: throw fault("'\(name)' must have texts only, without null characters")
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw fault("'\(name)' must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }
}
