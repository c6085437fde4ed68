import ArgumentParser
import Jobs

struct Wait: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until jobs or runs have ended.",
        discussion: """
            The exit code is 0 when all succeeded, 1 when one did not, 124 when the time is over, 65 when there is no
            such job.

              weir wait 12 13 14
              weir wait --run 7 --timeout 10m || weir show --run 7
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "Wait for this run.") var run: [RunID] = []
    @Option(help: ArgumentHelp("Wait no longer than so much time.", valueName: "time")) var timeout: TimeLength?
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var jobs: [JobID] = []

    func check() throws {
        if jobs.isEmpty, run.isEmpty { throw ValidationError("name a job, or a run with --run") }
    }

    func execute() throws {
        let store = try options.openStore(kind: "wait", create: false)
        let succeeded = try JobWaiter(store: store).wait(for: jobs, runs: run, atMost: timeout?.milliseconds)
        store.close()
        if !succeeded { throw ExitCode(1) }
    }
}
