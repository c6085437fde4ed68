import ArgumentParser
import CLinux
import Engine
import Jobs
import Logging
import Workflows

struct RunnerCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "runner",
        abstract: "Execute jobs as they become ready.",
        discussion: """
            Start as many as you like, and end them at will: SIGTERM or Ctrl-C hands back what runs, kill -9 costs
            nobody anything but a second.

              weir runner --slots 4
              weir runner --slots 2 --queues images,mail
              weir runner --drain-after idle
              weir runner --worker resize='python3 resize.py' --worker 'mail=node mail.js'
              weir runner list; weir runner drain 3 --wait
            """,
        subcommands: [RunnerDrain.self, RunnerList.self])

    @OptionGroup var options: StoreOptions

    @Option(parsing: .unconditional, help: "Jobs at once. (default: as `weir config` says: the number of processors)")
    var slots: Int?

    @Option(help: ArgumentHelp("Defaults: conservative, balanced, performance, maximum or auto.", valueName: "name"))
    var profile: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The most jobs that one turn claims.", valueName: "n"))
    var batchSize: Int?

    @Flag(help: "Take no samples and tell no events.") var noMonitoring = false

    @Option(help: ArgumentHelp("The configuration. (default: weir.yaml)", valueName: "file")) var config: String?

    @Option(help: ArgumentHelp("Serve only these queues, separated by commas.", valueName: "names"))
    var queues: String?

    @Option(help: ArgumentHelp("How long others wait for this runner when it hangs.", valueName: "time"))
    var lease = TimeLength(milliseconds: 15_000)

    @Option(help: ArgumentHelp("Between SIGTERM and SIGKILL, for jobs that must end.", valueName: "time"))
    var grace = TimeLength(milliseconds: 10_000)

    @Option(
        help: ArgumentHelp(
            "End by itself after a time (30s), a number of attempts (100jobs), or when nothing is left (idle).",
            valueName: "condition"))
    var drainAfter: DrainAfterOption?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Serve jobs of a type by long-lived processes of a command, plain words or a line for /bin/sh. May be given several times.",
            valueName: "type=command"))
    var worker: [WorkerOption] = []

    @Option(
        help: ArgumentHelp(
            "Of the workers: time to start (10s), idle time (5m), jobs and memory until a process is replaced, "
                + "processes at most, silence until it is said: start=10s,idle=5m,jobs=1000,memory=512M,count=2,silence=5m.",
            valueName: "limits"))
    var workerLimits: WorkerLimits?

    @Flag(name: .shortAndLong, help: "Say what happens: --log-level info.")
    var verbose = false

    /// Of `weir serve --slots`.
    @Flag(help: .hidden)
    var endWithParent = false

    @OptionGroup var log: LogOptions

    func check() throws {
        if workerLimits != nil, worker.isEmpty {
            throw ValidationError(
                "--worker-limits is for the workers of --worker, and there is none; weir.yaml gives its workers limits of their own"
            )
        }
        if let twice = Dictionary(grouping: worker, by: \.type).first(where: { $0.value.count > 1 }) {
            throw ValidationError("--worker names the type '\(twice.key)' twice; one command serves a type")
        }
        if let slots, !(1...10_000).contains(slots) {
            throw ValidationError("--slots must be a whole number from 1 to 10000, not \(slots)")
        }
        if let batchSize, !(1...10_000).contains(batchSize) {
            throw ValidationError("--batch-size must be a whole number from 1 to 10000, not \(batchSize)")
        }
        guard (500...3_600_000).contains(lease.milliseconds) else {
            throw ValidationError("--lease must lie between 500ms and 1h")
        }
    }

    func execute() throws {
        if endWithParent { _ = clinux_end_with_parent() }
        let flags = try flags()
        let store = try options.openStore(
            kind: "runner", create: true, lease: lease.milliseconds, patience: .seconds(2))
        let names = queues.map { Set($0.split(separator: ",").map { String($0) }) }
        if let names, names.isEmpty {
            throw Failure("--queues names no queue; leave it out to serve all", code: Failure.usage)
        }
        if let names { try store.look { try $0.requireQueues(names) } }
        let sources = try SettingsReader.sources(flags: flags, database: store.path, config: config)
        let settings = try SettingsReader.settings(from: sources, in: store)
        for notice in settings.notices { StandardError.print("weir: \(notice)") }
        var options = RunnerOptions(
            kind: .runner, slots: settings.slots, scope: .queues(names), version: Weir.version,
            environment: ProcessEnvironment.all())
        options.lease = lease.milliseconds
        options.grace = grace.milliseconds
        options.drainAfter = drainAfter?.condition
        options.settings = sources
        options.batch = settings.batchSize
        options.monitors = settings.monitors
        try options.serve(WorkflowFile.configuration(given: config, database: store.path))
        for option in worker {
            var definition = option.definition
            workerLimits?.apply(to: &definition)
            options.workers[option.type] = definition
        }
        let log = log.logger(.runner, level: verbose ? .info : .notice)
        let runner = try Runner(store: store, options: options, log: log)
        runner.services = .program
        StandardError.becomeLossy(true)
        defer { StandardError.becomeLossy(false) }
        _ = try runner.run()
        store.close()
    }

    /// What this command line sets.
    private func flags() throws -> SettingsLayer {
        let chosen = try profile.map { try SettingName.profile.value(of: $0) }
        return SettingsLayer(flags: [
            (.workers, "--slots", slots.map { .number($0) }), (.profile, "--profile", chosen),
            (.batchSize, "--batch-size", batchSize.map { .number($0) }),
            (.monitoring, "--no-monitoring", noMonitoring ? .flag(false) : nil),
        ])
    }
}

/// `idle`, `30s`, `100jobs`.
struct DrainAfterOption: ExpressibleByArgument {
    let condition: RunnerOptions.DrainAfter

    init?(argument: String) {
        if argument == "idle" {
            condition = .idle
        } else if argument.hasSuffix("jobs"), let count = Int(argument.dropLast(4)), count > 0 {
            condition = .attempts(count)
        } else if let length = TimeLength(argument: argument) {
            condition = .time(length.milliseconds)
        } else {
            return nil
        }
    }
}
