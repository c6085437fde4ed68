package import JSON

/// A value of JSON whose texts may hold expressions. A text that is one expression and nothing else takes on the
/// expression's type.
package indirect enum JSONTemplate: Sendable, Hashable {
    case value(JSONValue)
    case text(Template)
    case list([JSONTemplate])
    case object([String: JSONTemplate])
}
