import JSON

/// What a request is answered under: a number or a text, given back as it came.
package enum RequestID: Sendable, Hashable {
    case number(Int)
    case text(String)

    init?(_ value: JSONValue?) {
        switch value {
        case .integer(let number)?: self = .number(number)
        case .string(let text)?: self = .text(text)
        default: return nil
        }
    }

    var value: JSONValue {
        switch self {
        case .number(let number): .integer(number)
        case .text(let text): .string(text)
        }
    }
}
