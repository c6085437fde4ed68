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
            Of a job: dependencies, attempts, result, and why it waits. Of a run: its steps by group, with those on the
            critical path marked.

              weir show 12
              weir show --run 7
              weir show run:7 --format json
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table
    @Option(help: "Show this run.") var run: RunID?
    @Argument(help: ArgumentHelp("The job; run:7 or r7 is a run.", valueName: "id")) var subject: ShowSubject?

    func validate() throws {
        guard (run == nil) != (subject == nil) else { throw ValidationError("name one job, or one run with --run") }
    }

    func execute() throws {
        let store = try options.openStore(kind: "show", create: false)
        let report: Report =
            switch subject ?? run.map({ .run($0) }) {
            case .job(let job)?: try Self.report(on: job, in: store)
            case .run(let run)?: try Self.report(on: run, in: store)
            case nil: Report()
            }
        report.print(format)
        store.close()
    }

    private static func report(on job: JobID, in store: JobStore) throws -> Report {
        var report = Report()
        try store.look { transaction in
            report.add(row: try transaction.detail(of: job), json: ["pools", "result"])
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

    private static func report(on run: RunID, in store: JobStore) throws -> Report {
        var report = Report()
        try store.look { transaction in
            let path = Set(try transaction.criticalPath(of: run).map { Int64($0.rawValue) })
            report.add(row: try transaction.detail(of: run))
            report.add("most_at_once", try transaction.mostAtOnce(in: run).map { .integer(Int64($0)) } ?? .null)
            var steps = try transaction.steps(of: run)
            let job = steps.columns.firstIndex(of: "job") ?? 0
            steps.columns.append("critical")
            for row in steps.rows.indices {
                var isCritical = false
                if case .integer(let id) = steps.rows[row][job] { isCritical = path.contains(id) }
                steps.rows[row].append(.integer(isCritical ? 1 : 0))
            }
            report.add("steps", steps)
        }
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
