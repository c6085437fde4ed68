import ArgumentParser
import Engine

/// The program. Each command is a file of its own.
@main
struct Weir: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "A persistent job queue and workflow runner over one SQLite file.",
        discussion: """
            Scripts enqueue jobs; runners claim them and execute them in parallel; history is SQL.

              weir run examples/release.yaml          run a workflow
              weir enqueue -- ffmpeg -i a.mov a.mp4   store one job and print its id
              weir runner --slots 4                   execute what is stored
              weir sql "SELECT * FROM job_history"    ask

            The database is --db PATH, else $WEIR_DB, else the nearest .weir/weir.db up the directory tree, else
            $XDG_STATE_HOME/weir/weir.db.
            """,
        version: version,
        subcommands: [
            Init.self, Run.self, Do.self, Validate.self, Enqueue.self, RunnerCommand.self, Status.self,
            MonitorCommand.self, List.self, Show.self,
            Explain.self, Logs.self, Wait.self, Cancel.self, Retry.self, Rerun.self,
            Approve.self, ProgressCommand.self, Add.self, MemoryCommand.self, CheckpointCommand.self, SQLCommand.self,
            QueueCommand.self,
            PoolCommand.self, ScheduleCommand.self, DoctorCommand.self, GraphCommand.self, PlanCommand.self,
            SchemaCommand.self, NewCommand.self, Serve.self, MCPCommand.self, ConfigCommand.self, ParallelCommand.self,
            BenchmarkCommand.self,
        ])

    static func main() {
        InheritedSignals.unblock()
        requireText()
        if let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") { requireCommand(word) }
        do {
            var command = try CommandReading.command()
            try command.run()
        } catch {
            exit(withError: error)
        }
    }

    /// Swift would mend what is no UTF-8 with other characters, and a job would get another file's name.
    private static func requireText() {
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[number], String(validatingCString: argument) == nil else {
                continue
            }
            let shown = Terminal.visible(String(cString: argument))
            StandardError.print("weir: argument \(number) is not UTF-8: '\(shown)'; jobs are stored as text")
            exit(withError: ExitCode(Failure.data))
        }
    }

    private static func requireCommand(_ word: String) {
        let known = configuration.subcommands.map { $0.configuration.commandName ?? "\($0)".lowercased() } + ["help"]
        guard !known.contains(word) else { return }
        let near = NearMiss.find(word, among: known).map { "; did you mean '\($0)'?" } ?? "; see 'weir --help'"
        StandardError.print("weir: there is no command '\(word)'\(near)")
        exit(withError: ExitCode(Failure.usage))
    }
}
