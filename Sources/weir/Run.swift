import ArgumentParser
import Engine
import Glibc
import JSON
import Jobs
import Logging
import SQLite
import Workflows

struct Run: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a workflow and wait for its end.",
        discussion: """
            Executes the steps in slots of its own, and shares them with every runner on the database. The exit code is
            0 when the run succeeded, 1 when it failed, 124 when watching it took longer than the file allows, 130 when
            it was interrupted; what is left then stays stored.

              weir run examples/release.yaml
              weir run nightly                      .conductor/workflows/nightly.yaml
              weir run release.yaml --input tag=v2 --input dry=true
              weir run template.yaml --tasks 4,6 --sequential
              weir run --detach nightly.yaml     print the run's id and leave it to runners
            """)

    @OptionGroup var options: StoreOptions
    @Option(parsing: .unconditional, help: ArgumentHelp("Steps at once.", valueName: "n")) var maxConcurrency: Int?
    @Flag(help: "One step at a time.") var sequential = false
    @Flag(help: "In parallel, whatever the file says.") var parallel = false
    @Option(help: ArgumentHelp("Give the workflow an input.", valueName: "name=value")) var input: [String] = []
    @Option(help: ArgumentHelp("Inputs as a JSON object; - is standard input.", valueName: "file")) var inputs: String?
    @Option(help: ArgumentHelp("Run only these steps or tasks.", valueName: "id,…")) var tasks: String?
    @Option(help: ArgumentHelp("Look for workflows here, too.", valueName: "directory")) var workflows: [String] = []
    @Option(help: ArgumentHelp("The configuration. (default: weir.yaml)", valueName: "file")) var config: String?
    @Flag(help: "Write the report, as the file says or to test-results/NAME-results.json.") var report = false
    @Flag(help: "Store the run, print its id and leave it to runners.") var detach = false
    @Option(help: "How to print the summary.") var format: OutputFormat = .table
    @Option(help: ArgumentHelp("How long others wait for this process when it hangs.", valueName: "time"))
    var lease = TimeLength(milliseconds: 15_000)
    @Option(help: ArgumentHelp("Between SIGTERM and SIGKILL, for steps that must end.", valueName: "time"))
    var grace = TimeLength(milliseconds: 10_000)
    @Option(help: ArgumentHelp("Between two lines on what runs, where there is no terminal.", valueName: "time"))
    var every = TimeLength(milliseconds: 30_000)
    @OptionGroup var log: LogOptions
    @Argument(help: ArgumentHelp("The workflow: a path, or a name.", valueName: "file")) var file: String

    func check() throws {
        if let maxConcurrency, !(1...10_000).contains(maxConcurrency) {
            throw ValidationError("--max-concurrency must be a whole number from 1 to 10000, not \(maxConcurrency)")
        }
        if sequential, parallel { throw ValidationError("give either --sequential or --parallel") }
        guard (500...3_600_000).contains(lease.milliseconds) else {
            throw ValidationError("--lease must lie between 500ms and 1h")
        }
    }

    func execute() throws {
        var file = try WorkflowFile(self.file, folders: workflows)
        let configuration = try WorkflowFile.configuration(given: config, database: options.path)
        let patience: Duration = detach ? .seconds(30) : .seconds(2)
        let known = try options.openIfThere(kind: "run", lease: lease.milliseconds, patience: patience)
        let settings = try SettingsReader.settings(for: known, at: options.path, config: config)
        file.workflow.fill(retries: settings.retries, timeout: settings.timeout.map { .milliseconds($0) })
        let planOptions = PlanOptions(
            parallel: isParallel(file.workflow, settings), maxConcurrency: maxConcurrency,
            only: try chosen(of: file.workflow))
        if let only = planOptions.only { file.workflow.keep(only) }
        guard file.resolve(configuration) else {
            throw Failure("\(file.path): an agent is not configured; nothing was run", code: Failure.data)
        }
        let given = try RunInputs.read(input, file: inputs, for: file.workflow.inputs)
        let (values, faults) = file.workflow.inputs(given: given)
        guard faults.isEmpty else {
            throw Failure("\(file.path): \(faults.joined(separator: "\n\(file.path): "))", code: Failure.data)
        }
        let plan = file.workflow.plan(options: planOptions)
        let store =
            try known ?? options.openStore(kind: "run", create: true, lease: lease.milliseconds, patience: patience)
        defer { store.close() }
        var spec = RunSpec(
            file.workflow, options: planOptions, inputs: values, directory: try Directory.absolute(nil),
            searchPath: DatabaseLocation.environment("PATH"), text: try definition(of: file), source: file.path)
        // What only decides holds the limit for its parts.
        for index in spec.jobs.indices {
            spec.jobs[index].memoryLimit = spec.jobs[index].memoryLimit ?? settings.memoryLimit
        }
        let started = try store.write { try $0.start(spec) }
        try store.warnOfUnknownPools(spec.jobs, workflow: spec.workflow)
        if detach {
            Output.print("\(started.run)")
            return
        }
        var session = RunSession(
            run: started.run, store: store,
            slots: plan.slots(given: maxConcurrency, bound: settings.chosenSlots), lease: lease, grace: grace,
            format: format,
            steps: plan.steps.count)
        session.every = every
        session.configuration = configuration
        session.log = log.logger(.runner, level: .warning)
        session.monitors = settings.monitors
        session.watching = WatchLimits(file.workflow.watching)
        try session.execute()
    }

    /// A flag goes before the file, and that before what is set elsewhere.
    private func isParallel(_ workflow: Workflow, _ settings: Settings) -> Bool? {
        if sequential || parallel { return parallel }
        return workflow.parallel.isExplicit || settings.isEnabled ? nil : false
    }

    /// The judge reads it again. A choice of steps, and a report that the file does not ask for, are written into it.
    private func definition(of file: WorkflowFile) throws -> String {
        var workflow = file.workflow
        if report, workflow.report.reportPath == nil { workflow.report.reportPath = "test-results/NAME-results.json" }
        guard tasks != nil || workflow.report != file.workflow.report else { return file.text }
        return workflow.canonical.text
    }

    private func chosen(of workflow: Workflow) throws -> Set<String>? {
        guard let tasks else { return nil }
        let ids = Set(workflow.steps.map(\.id))
        var chosen: Set<String> = []
        for word in tasks.split(separator: ",").map({ $0.trimmingPrefix { $0 == " " } }) {
            let candidates = [String(word), "task_\(word)"]
            guard let id = candidates.first(where: { ids.contains($0) }) else {
                let near = NearMiss.find(String(word), among: ids.sorted()).map { "; did you mean '\($0)'?" } ?? ""
                throw Failure("--tasks: the workflow has no step '\(word)'\(near)", code: Failure.usage)
            }
            chosen.insert(id)
        }
        guard !chosen.isEmpty else { throw Failure("--tasks names no step", code: Failure.usage) }
        return chosen
    }
}
