/// The revisions of the protocol that begin with `initialize`.
package enum ProtocolVersion: String, Sendable, CaseIterable {
    case first = "2024-11-05"
    case annotated = "2025-03-26"
    case structured = "2025-06-18"
    case newest = "2025-11-25"

    /// What is spoken with a client that asks for `asked`: the same, if it is known, else the newest.
    static func agreed(on asked: String?) -> ProtocolVersion { asked.flatMap { Self(rawValue: $0) } ?? .newest }
}
