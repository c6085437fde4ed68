/// What sorts of jobs a runner can execute.
package struct Serving: Sendable, Equatable {
    /// Jobs without a type.
    package var isPlain: Bool
    /// Types for which it has a worker, a handler or an agent.
    package var types: Set<String>

    package init(isPlain: Bool = true, types: Set<String> = []) {
        self.isPlain = isPlain
        self.types = types
    }

    /// Jobs without a type only.
    package static let plain = Serving()

    /// As the lanes have it.
    var laneTypes: [String] { (isPlain ? [""] : []) + types.sorted() }

    /// JSON, for statements that ask for jobs instead of lanes.
    var jobTypes: String { JSONText.array(laneTypes) ?? "[]" }
}
