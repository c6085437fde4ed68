/// A value of JSON, as results, inputs and expressions have it. Numbers that are whole stay whole, so that ids beyond 2⁵³
/// survive.
package indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Of an integer that is none of `Int`: its digits, with a sign where it is negative. As `Double` it is finite.
    case bigInteger(String)
    case decimal(Double)
    case string(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// The member of an object; `nil` for anything else.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// `nil` for anything but a text.
    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var integer: Int? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    /// Of any number; the nearest one, where it has too many digits.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .bigInteger(let digits): Double(digits)
        case .decimal(let number): number
        default: nil
        }
    }

    package var list: [JSONValue]? {
        guard case .list(let elements) = self else { return nil }
        return elements
    }

    package var object: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// `a text`, `a number`, …: for messages.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .bigInteger, .decimal: "a number"
        case .string: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }

    /// How it stands within a longer text: a text as it is, anything else as JSON.
    package var splicedText: String { string ?? text }
}
