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

    /// As a runner's row has it; `nil`: jobs without a type only.
    var storedTypes: String? { self == .plain ? nil : jobTypes }

    init(stored text: String?) throws(JobStoreError) {
        let types = try text.map { text throws(JobStoreError) in try JSONText.strings(text) } ?? [""]
        self.init(isPlain: types.contains(""), types: Set(types).subtracting([""]))
    }
}
