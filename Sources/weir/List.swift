import ArgumentParser
import Glibc
import Jobs
import SQLite

struct List: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List jobs or runs, newest first.",
        discussion: """
              weir list --state failed,cancelled
              weir list --run 7 --all
              weir list --before 1200          the page after the one that ended with 1200
              weir list --runs --workflow Release
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table
    @Option(
        help: ArgumentHelp("Only jobs in these states, separated by commas.", valueName: "states"),
        transform: JobStates.init)
    var state: JobStates?
    @Option(help: "Only jobs of this queue.") var queue: String?
    @Option(help: "Only jobs of this run.") var run: RunID?
    @Option(help: "Only what belongs to runs of this workflow.") var workflow: String?
    @Option(help: "Only jobs with this key; in a run, the step with this id.") var key: String?
    @Option(help: "At most so many. (default: 50)") var limit: Int?
    @Option(help: ArgumentHelp("Only what is older than this job or run.", valueName: "id")) var before: Int?
    @Flag(help: "Without a limit.") var all = false
    @Flag(help: "List runs instead of jobs.") var runs = false

    func check() throws {
        if let limit, !(1...1_000_000).contains(limit) {
            throw ValidationError("--limit must be a whole number from 1 to 1000000, not \(limit)")
        }
        if let before, before < 1 { throw ValidationError("--before must be an id, not \(before)") }
        if all, limit != nil { throw ValidationError("give either --all or --limit") }
        if runs, queue != nil || run != nil || key != nil || state != nil {
            throw ValidationError("--runs goes with --workflow, --limit, --before and --all only")
        }
    }

    func execute() throws {
        let store = try options.openStore(kind: "list", create: false)
        var filter = JobFilter()
        filter.states = state?.states ?? []
        filter.queue = queue
        filter.run = run
        filter.workflow = workflow
        filter.key = key
        filter.before = before
        if all, format != .table {
            try printAll(filter, in: store)
        } else {
            try printPage(filter, in: store)
        }
        store.close()
    }

    private func read(_ filter: JobFilter, in store: JobStore) throws -> Table {
        try store.look { try runs ? $0.runs(matching: filter) : $0.jobs(matching: filter) }
    }

    private func printPage(_ filter: JobFilter, in store: JobStore) throws {
        var filter = filter
        let count = limit ?? 50
        filter.limit = all ? nil : count + 1  // one more tells whether there is another page
        var table = try read(filter, in: store)
        let hasMore = !all && table.rows.count > count
        if hasMore { table.rows.removeLast() }
        if table.rows.isEmpty, format == .table {
            StandardError.print("weir: no such \(runs ? "runs" : "jobs")")
        } else {
            format.print(format == .table ? Self.forPeople(table) : table)
        }
        if hasMore, let last = Self.lastID(of: table) {
            StandardError.print("weir: there are more: --before \(last), or --all")
        }
    }

    /// Page by page, each in a snapshot of its own, so that neither memory nor the log grows with the history.
    private func printAll(_ filter: JobFilter, in store: JobStore) throws {
        var filter = filter
        filter.limit = 5_000
        var isFirst = true
        while true {
            let page = try read(filter, in: store)
            if format == .csv {
                CSVPrinter.print(page, header: isFirst)
            } else if !page.rows.isEmpty {
                let text = (isFirst ? "[\n  " : ",\n  ") + JSONPrinter.rows(of: page).joined(separator: ",\n  ")
                Output.write(Terminal.safe(text, for: STDOUT_FILENO), to: STDOUT_FILENO)
            }
            guard page.rows.count == filter.limit, let last = Self.lastID(of: page) else {
                if format == .json { Output.print(isFirst && page.rows.isEmpty ? "[]" : "\n]") }
                return
            }
            filter.before = last
            isFirst = false
        }
    }

    private static func lastID(of table: Table) -> Int? {
        if case .integer(let id)? = table.rows.last?.first { Int(id) } else { nil }
    }

    private static let hidden: Set = ["started_at", "priority", "version", "data"]

    /// Without the columns that are wide or empty.
    private static func forPeople(_ table: Table) -> Table {
        let kept = table.columns.indices.filter { column in
            if hidden.contains(table.columns[column]) { return false }
            let isEmpty = table.rows.allSatisfy { $0[column] == .null }
            return !isEmpty || ["id", "state", "command"].contains(table.columns[column])
        }
        return Table(columns: kept.map { table.columns[$0] }, rows: table.rows.map { row in kept.map { row[$0] } })
    }
}

/// `failed`, or `failed,cancelled`.
struct JobStates {
    let states: [JobState]

    init(_ text: String) throws {
        states = try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
            if let state = JobState(rawValue: String(name)) { return state }
            let known = JobState.allCases.map(\.rawValue)
            let near = NearMiss.find(String(name), among: known).map { "; did you mean '\($0)'?" } ?? ""
            throw ValidationError("there is no state '\(name)'; there are: \(known.joined(separator: ", "))\(near)")
        }
    }
}
