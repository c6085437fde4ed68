import ArgumentParser
import Engine
import Jobs
import Logging
import SQLite
import Workflows

/// A command that executes one run in slots of its own, shows how it goes, and tells at the end how it went.
struct RunSession {
    let run: RunID
    let store: JobStore
    let slots: Int
    let lease: TimeLength
    let grace: TimeLength
    let format: OutputFormat
    /// How many steps there are, for the progress.
    let steps: Int
    /// Between two lines on what runs, where there is no terminal.
    var every = TimeLength(milliseconds: 30_000)
    var log = LogOutput.logger(.runner, level: .warning)
    /// Takes samples and tells events.
    var monitors = true
    /// What the workflow says of those who watch it.
    var watching = WatchLimits()

    /// Whose workers and agents take jobs of their types.
    var configuration = Configuration()

    /// - Throws: `ExitCode` 1 when the run did not succeed, 130 when it was interrupted, 124 when watching took too long.
    func execute() throws {
        let report = try follow()
        RunSummary(report: report).print(as: format)
        guard report.state == .succeeded else { throw ExitCode(1) }
    }

    /// Executes the run to its end.
    ///
    /// - Throws: `ExitCode` 130 when it was interrupted, 124 when watching took too long.
    func follow() throws -> RunReport {
        let end = try work()
        return try report(end)
    }

    private func work() throws -> RunnerEnd {
        var options = RunnerOptions(
            kind: .run, slots: slots, scope: .run(run), version: Weir.version, environment: ProcessEnvironment.all())
        options.lease = lease.milliseconds
        options.grace = grace.milliseconds
        options.drainsOnHangup = true
        options.monitors = monitors
        try options.serve(configuration)
        let progress = RunProgress(
            run: run, store: store, steps: steps, watching: watching, plainInterval: max(100, every.milliseconds))
        let runner = try Runner(
            store: store, options: options, log: log, observer: progress)
        runner.services = .program
        StandardError.becomeLossy(true)
        defer {
            progress.end()
            StandardError.becomeLossy(false)
        }
        return try runner.run()
    }

    private func report(_ end: RunnerEnd) throws -> RunReport {
        let report = try RunReport.read(run, from: store)
        guard report.isOver else {
            if case .drained = end {
                StandardError.print(
                    "weir: run \(run) was interrupted and is stored: 'weir runner' goes on with it, "
                        + "'weir cancel --run \(run)' ends it")
                throw ExitCode(130)
            }
            StandardError.print(
                "weir: run \(run) goes on; 'weir runner' executes what is left, 'weir wait --run \(run)' waits for it")
            throw ExitCode(Failure.timeout)
        }
        return report
    }
}

/// When a watcher gives up, or has seen enough; the run goes on.
struct WatchLimits {
    /// Milliseconds.
    var timeout: Int?
    var waitsForAll = true

    init() {}

    init(_ watching: Watching) {
        waitsForAll = watching.waitsForAll
        // A number of polls with their interval is a length of time, too.
        let polls = watching.attempts.flatMap { attempts in watching.interval.map { $0 * attempts } }
        timeout = [watching.timeout, polls].compactMap { $0 }.min()?.wholeMilliseconds
    }
}
