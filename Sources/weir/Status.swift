import ArgumentParser
import Engine
import Jobs
import SQLite

struct Status: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show queues, runners, pools and what ended in the last hour.",
        discussion: """
              weir status
              weir status --format json
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table

    func execute() throws {
        let store = try options.openStore(kind: "status", create: false)
        var report = Report()
        report.add("database", store.path)
        let hour = store.timekeeper.now().advanced(by: -3_600_000)
        let survey = try RunnerSurvey(of: store)
        try store.look { transaction in
            report.add("queues", try transaction.queueTable())
            report.add("runners", RunnerTable.table(of: survey, now: transaction.now))
            report.add("pools", try transaction.poolTable())
            report.add("last_hour", title: "ended in the last hour", try transaction.ended(since: hour))
        }
        report.print(format)
        if survey.entries.isEmpty, format == .table {
            StandardError.print("no runner lives; `weir runner` starts one")
        }
        store.close()
    }
}
