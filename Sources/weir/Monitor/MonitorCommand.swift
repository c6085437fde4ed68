import Engine
import ArgumentParser
import Glibc
import Jobs
import Terminals

struct MonitorCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Watch queues, runners and jobs as they go.",
        discussion: """
            Redraws in place: Tab and the arrows move, Enter shows a job's log, c cancels, r retries, p pauses a queue,
            ? tells of all keys, q quits. In a pipe, or with --plain, it prints a line per second.

              weir monitor
              weir monitor --plain | tee monitor.log
              weir monitor --once --format json
            """)

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print a line per second instead of drawing.") var plain = false
    @Flag(help: "Print one look, and end.") var once = false
    @Option(help: "How to print one look.") var format: OutputFormat = .table

    func check() throws {
        if plain, once { throw ValidationError("give either --plain or --once") }
        if format != .table, !once { throw ValidationError("--format is for one look; add --once") }
    }

    func execute() throws {
        let store = try options.openStore(kind: "monitor", create: false, patience: .seconds(5))
        defer { store.close() }
        if once {
            var reader = MonitorReader(store: store)
            return MonitorOnce.report(of: try reader.read(), path: store.path).print(format)
        }
        guard !plain, let screen = takeScreen() else { return try MonitorPlain(store: store).run() }
        let signal = try MonitorLoop(store: store, screen: screen).run()
        screen.close()
        if let signal { throw ExitCode(128 + signal) }
    }

    /// `nil`: lines must do.
    private func takeScreen() -> Screen? {
        do {
            return try Screen(environment: ProcessEnvironment.all())
        } catch {
            // In a pipe that is what was meant.
            if isatty(STDOUT_FILENO) == 1 { StandardError.print("weir: \(error); printing a line per second") }
            return nil
        }
    }
}
