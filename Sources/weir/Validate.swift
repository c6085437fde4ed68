import ArgumentParser
import JSON
import SQLite
import Workflows

struct Validate: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check workflows without running them.",
        discussion: """
            Every fault of a file is reported at once, as FILE:LINE:COLUMN; - is standard input. The exit code is 65 when
            one has errors. With --format json or csv, faults and warnings go to standard output, for editors.

              weir validate examples/release.yaml
              weir validate --format json flows/*.yaml
              weir validate --normalized site.yaml   the workflow as understood, as JSON
            """)

    @Option(help: "How to print.") var format: OutputFormat = .table
    @Flag(help: "Print the workflow in its canonical form, with defaults written out.") var normalized = false
    @Argument(help: ArgumentHelp("Workflows.", valueName: "file")) var files: [String]

    func check() throws {
        if normalized, files.count != 1 { throw ValidationError("--normalized takes one file") }
        if normalized, format != .table { throw ValidationError("--normalized has no other format than JSON") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read once") }
    }

    func execute() throws {
        if format == .table { try report() } else { try list() }
    }

    private func report() throws {
        var failure: Failure?
        for path in files {
            do {
                var file = try WorkflowFile(path)
                _ = file.resolve(
                    try WorkflowFile.configuration(given: nil, database: DatabaseLocation.find(given: nil)),
                    asWarnings: true)
                if normalized {
                    Output.print(file.workflow.canonical.indentedText)
                    continue
                }
                let plan = file.workflow.plan(options: PlanOptions())
                let groups = plan.steps.map(\.group).max() ?? 0
                Output.print(
                    "\(WorkflowFile.shown(path)): \(plan.workflow) \(plan.version), \(plan.steps.count) steps in \(groups) groups"
                )
            } catch let error as Failure {
                if files.count > 1 { StandardError.print("weir: \(error.message)") }
                failure = failure ?? error
            }
        }
        if let failure { throw files.count > 1 ? Failure("not every workflow is valid", code: failure.code) : failure }
    }

    /// A row for each fault and warning of every file.
    private func list() throws {
        var rows: [[SQLiteValue]] = []
        var failure: Failure?
        for path in files {
            do {
                let (parsed, _) = try WorkflowFile.parse(path)
                rows += parsed.diagnostics.map { diagnostic in
                    [
                        .text(WorkflowFile.shown(path)), .integer(Int64(diagnostic.line)),
                        .integer(Int64(diagnostic.column)), .text(diagnostic.severity.rawValue),
                        .text(diagnostic.message),
                    ]
                }
                if parsed.workflow == nil { failure = failure ?? Failure("not every workflow is valid") }
            } catch let error as Failure {
                StandardError.print("weir: \(error.message)")
                failure = failure ?? error
            }
        }
        format.print(Table(columns: ["file", "line", "column", "severity", "message"], rows: rows))
        if let failure { throw ExitCode(failure.code) }
    }
}
