/// A workflow to begin with, embedded in the program.
package struct WorkflowTemplate: Sendable {
    /// What `weir new` calls it.
    package let name: String
    /// In one line, for a list.
    package let summary: String
    /// The YAML document.
    package let text: String

    package static var all: [WorkflowTemplate] {
        [
            WorkflowTemplate(name: "single", summary: "one task with a result", bytes: PackageResources.single_yaml),
            WorkflowTemplate(
                name: "chain", summary: "a dependency chain of three, and an alarm", bytes: PackageResources.chain_yaml),
            WorkflowTemplate(
                name: "parallel", summary: "four independent tasks at once", bytes: PackageResources.parallel_yaml),
            WorkflowTemplate(
                name: "orchestration", summary: "22 tasks in six groups, with pools",
                bytes: PackageResources.orchestration_yaml),
        ]
    }

    private init(name: String, summary: String, bytes: [UInt8]) {
        self.name = name
        self.summary = summary
        text = String(decoding: bytes, as: UTF8.self)
    }
}
