import JSON

/// A constant in an expression.
enum LiteralValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case decimal(Double)
    case string(String)

    var value: JSONValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .decimal(let number): .decimal(number)
        case .string(let text): .string(text)
        }
    }
}
