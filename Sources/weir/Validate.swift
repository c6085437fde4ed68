import ArgumentParser
import Workflows

struct Validate: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check workflows without running them.",
        discussion: """
            Every fault of a file is reported at once, as FILE:LINE:COLUMN. The exit code is 65 when one has errors.

              weir validate examples/release.yaml
            """)

    @Argument(help: ArgumentHelp("Workflows.", valueName: "file")) var files: [String]

    func execute() throws {
        var failure: Failure?
        for path in files {
            do {
                var file = try WorkflowFile(path)
                _ = file.resolve(
                    try WorkflowFile.configuration(given: nil, database: DatabaseLocation.find(given: nil)),
                    asWarnings: true)
                let plan = file.workflow.plan(options: PlanOptions())
                let groups = plan.steps.map(\.group).max() ?? 0
                Output.print("\(path): \(plan.workflow) \(plan.version), \(plan.steps.count) steps in \(groups) groups")
            } catch let error as Failure {
                if files.count > 1 { StandardError.print("weir: \(error.message)") }
                failure = failure ?? error
            }
        }
        if let failure { throw files.count > 1 ? Failure("not every workflow is valid", code: failure.code) : failure }
    }
}
