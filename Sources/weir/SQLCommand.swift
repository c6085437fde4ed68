import ArgumentParser
import Jobs
import SQLite

struct SQLCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Query jobs, attempts and runs with SQL, read-only.",
        discussion: """
            The views are the contract: job_history, attempt_history, run_history, queue_stats, dependency_history,
            pool_usage, job_pools.

              weir sql "SELECT id, command FROM job_history ORDER BY duration_ms DESC"
              weir sql --format csv "SELECT * FROM queue_stats"
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table
    @Argument(help: "One SELECT; `-` reads it from standard input.") var query: String

    func execute() throws {
        var text = query
        if query == "-" {
            text = ""
            while let line = readLine(strippingNewline: false) { text += line }
        }
        // The query goes first: its errors tell best of a file that is missing or no database at all.
        let table = try Console.query(path: options.path, sql: text, limits: .commandLine)
        try JobStore.requireKnown(path: options.path)
        format.print(table)
        if table.isTruncated { StandardError.print("weir: there are more rows; the answer was cut at its limit") }
    }
}
