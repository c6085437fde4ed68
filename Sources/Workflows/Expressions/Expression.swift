/// A formula over a run's data, as it stands between `${{` and `}}` or after `if:`.
package struct Expression: Sendable, Hashable {
    /// As written, without the braces.
    package let source: String
    /// Where it begins in the file; `nil`: it is not from a file.
    package let place: Place?
}
