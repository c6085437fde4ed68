import ArgumentParser
import Engine
import Glibc
import JSON
import Jobs
import Logging
import SQLite
import Schedules
import Workflows

struct ScheduleAdd: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Store a schedule for a job or a workflow.",
        discussion: """
            A cron has five fields: minute, hour, day of the month, month, day of the week; or it is @hourly, @daily,
            @weekly, @monthly or @yearly. Without --cron a workflow's own schedules are taken.

              weir schedule add backup --cron "0 3 * * *" --zone UTC -- ./backup.sh
              weir schedule add poll --cron "*/5 * * * *" --overlap latest -- ./poll.sh
              weir schedule add report --workflow report.yaml --input month=last
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "When.") var cron: String?
    @Option(help: "Whose clock: Europe/Berlin. (default: UTC)") var zone: String?
    @Option(
        help: "When an earlier one has not ended: skip this one, let both run, or cancel the earlier. (default: skip)")
    var overlap: Schedule.Overlap?
    @Option(
        help: ArgumentHelp(
            "How late a time is still made up for when no runner was there. (default: 1h)", valueName: "time"))
    var catchUp: TimeLength?
    @Flag(help: "Take the place of a schedule with this name.") var replace = false

    @Option(help: ArgumentHelp("Start a run of this workflow.", valueName: "file")) var workflow: String?
    @Option(help: ArgumentHelp("Give the workflow an input.", valueName: "name=value")) var input: [String] = []

    @Option(parsing: .unconditional, help: "0 to 99, higher first. (default: 5)") var priority: Int?
    @Option(help: "The queue; made when it is new. (default: default)") var queue: String?
    @Option(help: ArgumentHelp("Hold units of a pool while it runs.", valueName: "name[=n]")) var pool: [PoolAmount] =
        []
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
    @Option(help: ArgumentHelp("A line for /bin/sh instead of a command.", valueName: "line")) var shell: String?
    @Option(help: ArgumentHelp("Give it this file as standard input; - is ours.", valueName: "file")) var stdin: String?
    @Argument(help: "The schedule's name.") var name: String
    @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command: [String] = []

    func check() throws {
        let works = [workflow != nil, shell != nil, shell == nil && !command.isEmpty].count { $0 }
        guard works == 1, workflow == nil || command.isEmpty else {
            throw ValidationError("give a command after --, or --shell, or --workflow")
        }
        if workflow == nil, cron == nil { throw ValidationError("give --cron, as in: --cron \"0 3 * * *\"") }
        if workflow == nil, !input.isEmpty { throw ValidationError("--input is for --workflow") }
        if workflow != nil,
            priority != nil || queue != nil || !pool.isEmpty || retries != nil || timeout != nil || memory != nil
                || !env.isEmpty
                || stdin != nil
        {
            throw ValidationError("a workflow's file says how its steps run; leave out the options of a job")
        }
        if let priority, !(0...99).contains(priority) {
            throw ValidationError("--priority must be a whole number from 0 to 99, not \(priority)")
        }
        if let retries, !(0...1_000_000).contains(retries) {
            throw ValidationError("--retries must be a whole number from 0 to 1000000, not \(retries)")
        }
        if let timeout, timeout.milliseconds < 1 { throw ValidationError("--timeout must be longer than nothing") }
        if let catchUp, catchUp.milliseconds > 366 * 86_400_000 {
            throw ValidationError("--catch-up must not be longer than a year")
        }
    }

    func execute() throws {
        try NameCheck.schedule(name)
        let known = try options.openIfThere(kind: "schedule")
        let settings = try SettingsReader.settings(for: known, at: options.path)
        let schedules = try workflow.map(schedules(of:)) ?? [schedule(.job(try spec(settings)), cron: cron ?? "")]
        // What is wrong with a time is said before a database is made.
        for schedule in schedules { _ = try schedule.fireTimes() }
        let store = try known ?? options.openStore(kind: "schedule", create: true)
        defer { store.close() }
        try Scheduler(store: store, log: LogOutput.logger(.schedule, level: .warning))
            .add(schedules, replaces: replace)
        for schedule in schedules {
            if case .job(let spec) = schedule.work { try store.warnOfUnknownPools([spec]) }
            let stored = try store.look { try $0.schedule(named: schedule.name) }
            let times = try schedule.fireTimes()
            let next = stored.nextAt.map { times.zone.text(of: $0.rawValue) } ?? "never"
            StandardError.print("schedule \(schedule.name): next at \(next)")
        }
    }

    private func schedule(_ work: Schedule.Work, cron: String, entry: ScheduleEntry? = nil) -> Schedule {
        var schedule = Schedule(name: name, cron: cron, work: work)
        schedule.zone = zone ?? entry?.zone ?? "UTC"
        schedule.overlap = overlap ?? entry.flatMap { Schedule.Overlap(rawValue: $0.overlap.rawValue) } ?? .skip
        schedule.catchUp =
            catchUp?.milliseconds ?? entry?.catchUp.map { Int($0 / .milliseconds(1)) } ?? Schedule.defaultCatchUp
        return schedule
    }

    // MARK: A job

    private func spec(_ settings: Settings) throws -> JobSpec {
        var spec = JobSpec(command: shell ?? command.first ?? "")
        spec.shell = shell != nil
        spec.arguments = shell == nil ? Array(command.dropFirst()) : command
        spec.name = name
        spec.queue = queue ?? "default"
        spec.priority = priority ?? 5
        for amount in pool { spec.pools[amount.name] = amount.amount }
        spec.memoryLimit = memory?.kibibytes
        spec.take(settings, retries: retries, timeout: timeout?.milliseconds)
        spec.environment = try EnvironmentOption.read(env)
        spec.directory = try Directory.absolute(cwd)
        spec.standardInput = try stdin.map { try InputFile.bytes($0) }
        try SpecCheck.check(spec)
        return spec
    }

    // MARK: A workflow

    private func schedules(of path: String) throws -> [Schedule] {
        let file = try WorkflowFile(path)
        guard let absolute = realpath(path, nil) else {
            throw Failure("\(path): \(String(cString: strerror(errno)))", code: Failure.noInput)
        }
        defer { free(absolute) }
        let given = try inputs(for: file.workflow)
        if let fault = file.workflow.inputs(given: given).faults.first { throw Failure("\(path): \(fault)") }
        let work = Schedule.Work.workflow(
            Schedule.ScheduledWorkflow(
                file: String(cString: absolute), directory: try Directory.absolute(cwd),
                inputs: given.isEmpty ? nil : JSONValue.object(given).text,
                searchPath: DatabaseLocation.environment("PATH")))
        if let cron { return [schedule(work, cron: cron)] }
        let entries = file.workflow.schedules
        guard !entries.isEmpty else {
            throw Failure("\(path): the workflow has no 'schedule'; give --cron", code: Failure.usage)
        }
        return entries.enumerated().map { index, entry in
            var schedule = schedule(work, cron: entry.cron, entry: entry)
            if entries.count > 1 { schedule.name += "-\(index + 1)" }
            return schedule
        }
    }

    /// Texts become values as the inputs' types ask for.
    private func inputs(for workflow: Workflow) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for option in input {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw Failure("--input \(option): write NAME=VALUE", code: Failure.usage)
            }
            let kind = workflow.inputs.first { $0.name == parts[0] }?.kind ?? .any
            values[parts[0]] =
                kind == .string ? .string(parts[1]) : (try? JSONValue(parsing: parts[1])) ?? .string(parts[1])
        }
        return values
    }
}

extension Schedule.Overlap: ExpressibleByArgument {}
