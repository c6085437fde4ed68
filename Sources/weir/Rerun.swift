import ArgumentParser
import Engine
import Jobs
import SQLite
import Workflows

struct Rerun: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerun",
        abstract: "Run a part of an ended run again.",
        discussion: """
            --failed takes up what failed, was cancelled, or was skipped through an error; --from STEP that step and all
            that depends on it, succeeded ones included; --restart everything. Old attempts stay. Steps that were made
            while the run went on are made anew.

              weir rerun 7 --failed
              weir rerun 7 --from build
              weir rerun 7 --restart --detach
            """)

    @OptionGroup var options: StoreOptions
    @Flag(help: "What failed, and what its failure kept from running.") var failed = false
    @Option(help: ArgumentHelp("This step and all that depends on it.", valueName: "step")) var from: String?
    @Flag(help: "Everything.") var restart = false
    @Flag(help: "Leave it to runners.") var detach = false
    @Option(parsing: .unconditional, help: ArgumentHelp("Steps at once. (default: as before)", valueName: "n"))
    var maxConcurrency: Int?
    @Option(help: "How to print the summary.") var format: OutputFormat = .table
    @Argument(help: ArgumentHelp("The run.", valueName: "run")) var run: RunID

    func check() throws {
        guard [failed, from != nil, restart].count(where: { $0 }) == 1 else {
            throw ValidationError("give one of --failed, --from STEP and --restart")
        }
        if let maxConcurrency, !(1...10_000).contains(maxConcurrency) {
            throw ValidationError("--max-concurrency must be a whole number from 1 to 10000, not \(maxConcurrency)")
        }
    }

    func execute() throws {
        let store = try options.openStore(kind: "run", create: false, patience: detach ? .seconds(30) : .seconds(2))
        defer { store.close() }
        let scope: RerunScope = failed ? .failed : from.map { .from($0) } ?? .restart
        let reopened = try store.write { try $0.rerun(run, scope) }
        StandardError.print("weir: run \(run): \(reopened.count) steps are to run again")
        guard !detach else { return }
        let slots = try maxConcurrency ?? RunSlots.usual(for: run, in: store)
        var session = RunSession(
            run: run, store: store, slots: slots, lease: TimeLength(milliseconds: 15_000),
            grace: TimeLength(milliseconds: 10_000), format: format, steps: reopened.count)
        session.configuration = try WorkflowFile.configuration(given: nil, database: store.path)
        try session.execute()
    }
}

/// How many slots a command brings that executes one run.
enum RunSlots {
    /// Where nothing says how many.
    private static let most = 16

    private static let sql: SQL = """
        SELECT coalesce(r.max_concurrency, min(:most, coalesce(max(g.jobs), 1)))
        FROM runs r
        LEFT JOIN (SELECT count(*) AS jobs FROM jobs WHERE run_id = :run_id GROUP BY level) g
        WHERE r.id = :run_id
        """

    /// As many as the stored run may use.
    static func usual(for run: RunID, in store: JobStore) throws -> Int {
        try store.read { try $0.first(sql, most, run) { max(1, $0.int(0)) } } ?? 1
    }
}
