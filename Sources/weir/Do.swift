import ArgumentParser
import Engine
import Glibc
import JSON
import Jobs
import Logging
import Workflows

struct Do: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "do",
        abstract: "Have an agent plan how to reach a goal, and run its plan.",
        discussion: """
            The planner, an agent of weir.yaml, is told the goal and the agents that there are, and answers with steps.
            They are checked like any workflow (it is told of faults, and asked again), shown, and run after a question.
            The planner's answers are runs of their own in the history.

              weir do "Compare the three libraries and write a report" --planner planner
              weir do "Tidy up" --planner planner --yes
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: ArgumentHelp("The agent that plans.", valueName: "agent")) var planner: String
    @Flag(name: .shortAndLong, help: "Run the plan without a question.") var yes = false
    @Flag(help: "Show the plan, and run nothing.") var dryRun = false
    @Option(parsing: .unconditional, help: ArgumentHelp("Steps at once.", valueName: "n")) var maxConcurrency: Int?
    @Option(help: ArgumentHelp("The configuration. (default: weir.yaml)", valueName: "file")) var config: String?
    @Option(help: "How to print the summary.") var format: OutputFormat = .table
    @OptionGroup var log: LogOptions
    @Argument(help: "What is to be reached.") var goal: String

    func check() throws {
        if let maxConcurrency, !(1...10_000).contains(maxConcurrency) {
            throw ValidationError("--max-concurrency must be a whole number from 1 to 10000, not \(maxConcurrency)")
        }
        if yes, dryRun { throw ValidationError("give either --yes or --dry-run") }
        guard goal.contains(where: { !$0.isWhitespace }) else { throw ValidationError("the goal is empty") }
    }

    func execute() throws {
        let configuration = try WorkflowFile.configuration(given: config, database: options.path)
        try requirePlanner(in: configuration)
        guard yes || dryRun || isatty(STDIN_FILENO) == 1 else {
            throw Failure(
                "there is no terminal to ask on whether the plan is to run; give --yes, or --dry-run to see it",
                code: Failure.usage)
        }
        let store = try options.openStore(kind: "do", create: true, patience: .seconds(2))
        defer { store.close() }
        let session = PlanningSession(
            goal: goal, planner: planner, configuration: configuration, store: store, format: format, log: log)
        var (workflow, source) = try session.plan()
        let settings = try SettingsReader.settings(for: store, at: options.path, config: config)
        workflow.fill(retries: settings.retries, timeout: settings.timeout.map { .milliseconds($0) })
        let plan = workflow.plan(options: PlanOptions(maxConcurrency: maxConcurrency))
        let view = PlanView(workflow, plan)
        view.print()
        guard !dryRun else { return }
        guard yes || ask(view.subject) else {
            StandardError.print("weir: nothing was run")
            throw ExitCode(1)
        }
        let slots = plan.slots(given: maxConcurrency, bound: settings.chosenSlots)
        try run(workflow, from: source, slots: slots, steps: plan.steps.count, configuration, in: store)
    }

    private func requirePlanner(in configuration: Configuration) throws {
        guard configuration.agents[planner] == nil else { return }
        let known = configuration.agents.keys.sorted()
        guard !known.isEmpty else {
            throw Failure(
                "--planner: no agent is configured; weir.yaml names them, as in 'agents: {\(planner): {command: [...]}}'",
                code: Failure.data)
        }
        let near = NearMiss.find(planner, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw Failure(
            "--planner: there is no agent '\(planner)'; there are \(known.joined(separator: ", "))\(near)",
            code: Failure.data)
    }

    private func ask(_ subject: String) -> Bool {
        StandardError.write("Run \(subject)? [y/N] ")
        let answer = readLine()?.lowercased()
        return answer == "y" || answer == "yes"
    }

    private func run(
        _ workflow: Workflow, from source: String, slots: Int, steps: Int, _ configuration: Configuration,
        in store: JobStore
    ) throws {
        let spec = RunSpec(
            workflow, options: PlanOptions(maxConcurrency: maxConcurrency), inputs: [:],
            directory: try Directory.absolute(nil), searchPath: DatabaseLocation.environment("PATH"),
            text: workflow.canonical.text, source: source)
        let started = try store.write { try $0.start(spec) }
        try store.warnOfUnknownPools(spec.jobs, workflow: spec.workflow)
        var session = RunSession(
            run: started.run, store: store, slots: slots,
            lease: TimeLength(milliseconds: 15_000), grace: TimeLength(milliseconds: 10_000), format: format,
            steps: steps)
        session.log = log.logger(.runner, level: .warning)
        session.configuration = configuration
        session.watching = WatchLimits(workflow.watching)
        try session.execute()
    }
}
