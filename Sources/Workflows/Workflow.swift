/// A checked workflow: every dependency names a step, and no step waits for itself.
package struct Workflow: Sendable, Equatable {
    package let name: String
    /// As written; `1.0.0` when the file has none.
    package let version: String
    package let description: String?
    package let parallel: ParallelSettings
    /// Variables for every step; a step's own come before these.
    package let environment: [String: String]
    /// In the order of the file, never empty.
    package let steps: [Step]
}
