import ArgumentParser
import Engine
import Glibc
import JSON
import Jobs
import SQLite
import Workflows

struct PlanCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show how a workflow would run, and how long it may take.",
        discussion: """
            The estimate plays the workflow through with the median durations of its last runs on this database. A step
            that has not succeeded yet is named, and counts nothing unless --assume says how long it takes.

              weir plan site.yaml
              weir plan site.yaml --max-concurrency 2 --assume 30s
            """)

    @OptionGroup var options: StoreOptions
    @Option(parsing: .unconditional, help: ArgumentHelp("Steps at once.", valueName: "n")) var maxConcurrency: Int?
    @Flag(help: "One step at a time.") var sequential = false
    @Flag(help: "In parallel, whatever the file says.") var parallel = false
    @Option(help: ArgumentHelp("How long steps take that no run knows.", valueName: "time")) var assume: TimeLength?
    @Option(help: "How to print.") var format: OutputFormat = .table
    @Argument(help: ArgumentHelp("The workflow.", valueName: "file")) var file: String

    func check() throws {
        if let maxConcurrency, !(1...10_000).contains(maxConcurrency) {
            throw ValidationError("--max-concurrency must be a whole number from 1 to 10000, not \(maxConcurrency)")
        }
        if sequential, parallel { throw ValidationError("give either --sequential or --parallel") }
    }

    func execute() throws {
        let workflow = try WorkflowFile(file).workflow
        let plan = workflow.plan(
            options: PlanOptions(parallel: sequential ? false : parallel ? true : nil, maxConcurrency: maxConcurrency))
        let (known, pools) = try past(of: plan)
        let summary = PlanSummary(
            plan, past: known, assumed: assume?.milliseconds, ownPools: pools, slots: plan.slots(given: maxConcurrency))
        switch format {
        case .table: summary.printForPeople()
        case .json: Output.print(Terminal.safe(summary.json.indentedText, for: STDOUT_FILENO))
        case .csv: CSVPrinter.print(summary.steps)
        }
    }

    /// Without a database there is no past.
    private func past(of plan: Plan) throws -> (durations: [String: Int], pools: [String: Int]) {
        if options.database == nil, access(options.path, F_OK) != 0 { return ([:], [:]) }
        let store = try options.openStore(kind: "plan", create: false)
        defer { store.close() }
        return try store.look { (try $0.pastDurations(workflow: plan.workflow), try $0.ownPools()) }
    }
}

extension Plan {
    /// Slots of `weir run` where nothing says how many.
    private static let mostSlots = 16

    /// How many slots `weir run` brings.
    ///
    /// - Parameter bound: what the setting `workers` allows, where somebody set it.
    func slots(given: Int?, bound: Int? = nil) -> Int {
        given ?? min(bound ?? .max, maxConcurrency ?? min(Self.mostSlots, max(1, widestGroup)))
    }
}
