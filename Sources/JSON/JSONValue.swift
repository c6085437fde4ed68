/// A value of JSON, as results, inputs and expressions have it. Numbers that are whole and fit stay whole, so that
/// ids beyond 2⁵³ survive.
package indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case decimal(Double)
    case string(String)
    case list([JSONValue])
    case object([String: JSONValue])
}
