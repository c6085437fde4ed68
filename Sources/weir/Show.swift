import ArgumentParser
import Engine
import Glibc
import Jobs
import SQLite

struct Show: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that is known of a job or a run.",
        discussion: """
            Of a job: dependencies, attempts, result, and why it waits. Of a run: what `weir run` prints at its end, also
            while it goes on; the JSON is the same.

              weir show 12
              weir show --run 7
              weir show run:7 --format json
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table
    @Option(help: "Show this run.") var run: RunID?
    @Argument(help: ArgumentHelp("The job; run:7 or r7 is a run.", valueName: "id")) var subject: ShowSubject?

    func check() throws {
        guard (run == nil) != (subject == nil) else { throw ValidationError("name one job, or one run with --run") }
    }

    func execute() throws {
        let store = try options.openStore(kind: "show", create: false)
        defer { store.close() }
        switch subject ?? run.map({ .run($0) }) {
        case .job(let job)?: try Self.report(on: job, in: store).print(format)
        case .run(let run)?: RunSummary(report: try RunReport.read(run, from: store)).print(as: format)
        case nil: break
        }
    }

    private static func report(on job: JobID, in store: JobStore) throws -> Report {
        var report = Report()
        try store.look { transaction in
            report.add(row: try transaction.detail(of: job), json: ["pools", "result", "data", "checkpoint"])
            report.add("dependencies", try transaction.dependencies(of: job))
            report.add("dependents", try transaction.dependents(of: job))
            report.add("attempt_history", title: "attempts", try transaction.attempts(of: job))
        }
        let explanation = try Explanation(of: job, in: store)
        let waits = !explanation.situation.state.isFinal && explanation.situation.state != .running
        let reasons = waits ? explanation.reasons : []
        report.add(
            "waits_because", title: "waits because", Table(columns: ["reason"], rows: reasons.map { [.text($0)] }))
        return report
    }
}

/// `12`, `run:7` or `r7`.
enum ShowSubject: ExpressibleByArgument {
    case job(JobID)
    case run(RunID)

    init?(argument: String) {
        if let job = JobID(argument: argument) {
            self = .job(job)
        } else if let run = RunID(argument: argument) {
            self = .run(run)
        } else {
            return nil
        }
    }
}
