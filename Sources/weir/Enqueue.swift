import ArgumentParser
import Engine
import Glibc
import Jobs
import SQLite

struct Enqueue: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Store jobs and print their ids.",
        discussion: """
            The command comes after --, as arguments, without a shell; --shell takes a line for /bin/sh instead.

              weir enqueue -- ffmpeg -i a.mov a.mp4
              id=$(weir enqueue --priority 9 --retries 1 -- make)
              weir enqueue --after "$id" -- ./deploy.sh
              seq 1000 | weir enqueue --lines -- convert {}.png {}.jpg

            Inside a job, what is enqueued joins its run, unless it has a key or --no-run is given.

            With --type, it is a job for who serves that type: a worker, an agent or a handler, which is given the data.

              weir enqueue --type resize --data '{"file": "a.png", "width": 640}'
              weir enqueue --type resize --data @job.json

              weir enqueue --from jobs.ndjson

            A file has one JSON object a line, as {"command": "make", "after": ["fetch"]}.
            """)

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Wait for this job; conditions: succeeded (default), finished, failed.", valueName: "id[:condition]"))
    var after: [AfterOption] = []

    @Option(parsing: .unconditional, help: "0 to 99, higher first. (default: 5)") var priority: Int?
    @Option(help: "The queue; made when it is new. (default: default)") var queue: String?
    @Option(help: ArgumentHelp("Hold units of a pool while it runs.", valueName: "name[=n]")) var pool: [PoolAmount] =
        []
    @Option(help: "Do nothing when a job with this key exists.") var key: String?
    @Option(help: "How long a job holds its key.") var keyScope: UniqueKey.Scope = .unfinished
    @Option(help: "What to do when the key is held.") var onConflict: UniqueKey.Conflict = .keep
    @Option(help: ArgumentHelp("Not before this moment: 2030-01-31T08:00:00Z.", valueName: "time")) var at: Moment?
    @Option(
        name: .customLong("in"), parsing: .unconditional,
        help: ArgumentHelp("Not before so much time: 90s, 5m, 2h.", valueName: "time"))
    var delay: TimeLength?
    @Option(parsing: .unconditional, help: "Attempts after the first. (default: 3)") var retries: Int?
    @Option(
        parsing: .unconditional, help: ArgumentHelp("End each attempt after so much time.", valueName: "time"))
    var timeout: TimeLength?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End an attempt whose processes have more memory: 512M, 2G.", valueName: "size"))
    var memory: MemorySize?
    @Option(help: ArgumentHelp("Set a variable, or hand on the present one.", valueName: "name[=value]"))
    var env: [String] = []
    @Option(help: ArgumentHelp("Where it runs. (default: here)", valueName: "directory")) var cwd: String?
    @Option(help: "A name for people.") var name: String?
    @Option(help: ArgumentHelp("A line for /bin/sh instead of a command.", valueName: "line")) var shell: String?
    @Option(help: "Instead of a command: who serves this type takes the job.") var type: String?
    @Option(help: ArgumentHelp("For a job with a type: JSON, @FILE, or - for standard input.", valueName: "json"))
    var data: String?
    @Option(help: ArgumentHelp("Give it this file as standard input; - is ours.", valueName: "file")) var stdin: String?
    @Flag(help: "Inside a job: do not join its run.") var noRun = false
    @Flag(help: "Wait for the end; the exit code is 0 only if all succeeded.") var wait = false
    @Flag(help: "One job for each line of standard input, which replaces {} in the command.") var lines = false
    @Option(help: ArgumentHelp("Read jobs as NDJSON from a file; - is standard input.", valueName: "file"))
    var from: String?
    @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command: [String] = []

    func check() throws {
        if from != nil, !command.isEmpty || lines || shell != nil || type != nil || data != nil {
            throw ValidationError(
                "--from brings its own commands; leave out the command, --shell, --type, --data and --lines")
        }
        try validateType()
        if from == nil, type == nil, command.isEmpty, shell == nil {
            throw ValidationError("give a command after --, as in: weir enqueue -- make all")
        }
        if lines, stdin == "-" { throw ValidationError("--lines and --stdin - both read standard input") }
        if at != nil, delay != nil { throw ValidationError("give either --at or --in") }
        if let priority, !(0...99).contains(priority) {
            throw ValidationError("--priority must be a whole number from 0 to 99, not \(priority)")
        }
        if let retries, !(0...1_000_000).contains(retries) {
            throw ValidationError("--retries must be a whole number from 0 to 1000000, not \(retries)")
        }
        if let timeout, timeout.milliseconds < 1 { throw ValidationError("--timeout must be longer than nothing") }
    }

    private func validateType() throws {
        guard type != nil else {
            if data != nil { throw ValidationError("--data is for a job with a type; name it with --type") }
            return
        }
        if !command.isEmpty || shell != nil {
            throw ValidationError("a job has a command or a type, not both; who serves the type knows what to do")
        }
        if lines || stdin != nil || !env.isEmpty || cwd != nil {
            throw ValidationError(
                "a job with a type has data instead of --lines, --stdin, --env and --cwd; see --from for many jobs")
        }
    }

    func execute() throws {
        let now = Timekeeper.system.now()
        // What is wrong with settings or jobs is said before a database is made.
        let known = try options.openIfThere(kind: "enqueue")
        let settings = try SettingsReader.settings(for: known, at: options.path)
        var specs: [JobSpec] = []
        var batch: BatchFile?
        if let from {
            var file = BatchFile(defaults: try spec(now: now, settings), now: now)
            specs = try file.read(from)
            batch = file
        } else if lines {
            specs = try lineSpecs(try spec(now: now, settings))
        } else {
            specs = [try spec(now: now, settings)]
        }
        for (position, spec) in specs.enumerated() {
            do {
                try SpecCheck.check(spec)
            } catch {
                throw Failure(Self.place(of: position, in: specs, batch) + Failure(error).message)
            }
        }
        let store = try known ?? options.openStore(kind: "enqueue", create: true)
        let ids: [JobID]
        do {
            ids = try store.write { transaction in
                guard let (run, job) = try joined(in: store) else { return try transaction.enqueue(specs) }
                return try transaction.addJobs(specs, to: run, beside: job)
            }
        } catch let error as JobStoreError {
            guard case .noSuchJob(let missing) = error,
                let position = specs.firstIndex(where: { $0.dependencies.contains { $0.upstream == .stored(missing) } })
            else { throw error }
            throw Failure(Self.place(of: position, in: specs, batch) + "\(error)")
        }
        try store.warnOfUnknownPools(specs)
        // Whole lines at once: a thousand ids are one write.
        Output.write(ids.map { "\($0)\n" }.joined(), to: STDOUT_FILENO)
        _ = try store.database.checkpoint()
        if wait, !(try JobWaiter(store: store).wait(for: ids)) { throw ExitCode(1) }
        store.close()
    }

    /// The run that this is called in, and the job.
    private func joined(in store: JobStore) throws -> (RunID, JobID)? {
        if !noRun, key == nil {
            try JobContext.refuseInWorker(of: store, "--no-run enqueues outside of its run")
        }
        guard !noRun, key == nil, let context = JobContext.current, context.belongs(to: store), let run = context.run
        else {
            return nil
        }
        return (run, context.job)
    }

    /// Which job of several is meant, as the beginning of a message.
    private static func place(of position: Int, in specs: [JobSpec], _ batch: BatchFile?) -> String {
        if let batch { return batch.place(of: position) }
        return specs.count == 1 ? "" : "line \(position + 1): "
    }

    /// What the options say; the command may still be missing.
    private func spec(now: Timestamp, _ settings: Settings) throws -> JobSpec {
        var spec: JobSpec
        if let type {
            spec = JobSpec(
                type: type,
                data: try data.map {
                    try JSONInput.text($0, what: "--data", limit: JobTransaction.templateLimit)
                })
        } else {
            spec = JobSpec(command: shell ?? command.first ?? "")
            spec.shell = shell != nil
            spec.arguments = shell == nil ? Array(command.dropFirst()) : command
        }
        spec.name = name
        spec.queue = queue ?? "default"
        spec.priority = priority ?? 5
        for amount in pool { spec.pools[amount.name] = amount.amount }
        if let key { spec.key = UniqueKey(key, scope: keyScope, conflict: onConflict) }
        spec.runAt = at?.timestamp ?? delay.map { now.advanced(by: $0.milliseconds) }
        spec.memoryLimit = memory?.kibibytes
        spec.take(settings, retries: retries, timeout: timeout?.milliseconds)
        spec.environment = try EnvironmentOption.read(env)
        spec.directory = try Directory.absolute(cwd)
        spec.standardInput = try stdin.map { try InputFile.bytes($0) }
        spec.dependencies = after.map { JobSpec.Dependency(.stored($0.job), $0.condition) }
        return spec
    }

    private func lineSpecs(_ template: JobSpec) throws -> [JobSpec] {
        var specs: [JobSpec] = []
        let isUsed = ([template.command] + template.arguments).contains { $0.contains("{}") }
        for line in try InputFile.lines("-") {
            var spec = template
            spec.command = template.command.replacing("{}", with: line)
            spec.arguments = template.arguments.map { $0.replacing("{}", with: line) }
            if !isUsed { spec.arguments.append(line) }
            specs.append(spec)
        }
        guard !specs.isEmpty else { throw Failure("--lines: standard input has no lines", code: Failure.data) }
        return specs
    }
}
