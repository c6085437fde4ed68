import Engine
import Glibc
import JSON
import Jobs
public import Logging
import Workflows

/// Runs workflows: steps that depend on one another, in parallel wherever that is possible.
///
/// A run is stored as a whole before it begins, so that it survives a crash: any runner of the database goes on with it,
/// `weir runner` among them. Steps are scripts, agents, requests and all else that `weir run` knows.
///
/// ```swift
/// let orchestrator = Orchestrator(queue)
/// let report = try await orchestrator.run(.tasks([
///     AgentTask(id: "1", task: "Research topic A", agent: "researcher"),
///     AgentTask(id: "2", task: "Research topic B", agent: "researcher"),
///     AgentTask(id: "3", task: "Analyze results", agent: "analyzer", deps: ["1", "2"]),
/// ]))
/// ```
public struct Orchestrator: Sendable {
    /// How runs are executed.
    public struct Options: Sendable {
        /// `true`: in parallel, `false`: one step at a time, `nil`: as the workflow says.
        public var parallel: Bool?
        /// Steps at once; `nil`: as the workflow says, else as many as its widest group has, and 16 at most.
        public var maxConcurrency: Int?
        /// The steps to run, by id; what they depend on besides is taken as done. `nil`: all.
        public var only: Set<String>?
        /// Where relative paths count from; `nil`: the current directory.
        public var directory: String?
        /// The configuration that names the agents; `nil`: `weir.yaml` in the directory, or beside the database.
        public var configuration: String?
        /// Tells ``JobQueue/events`` what happens. By default `true`.
        public var monitoring = true

        /// The defaults with a few changes.
        public init(parallel: Bool? = nil, maxConcurrency: Int? = nil, only: Set<String>? = nil) {
            self.parallel = parallel
            self.maxConcurrency = maxConcurrency
            self.only = only
        }
    }

    let queue: JobQueue
    let options: Options
    private let log: Logger

    /// Makes an orchestrator on a queue's database. The queue's handlers execute steps of their types.
    public init(
        _ queue: JobQueue, options: Options = Options(), logger: Logger = Logger(label: "weir.orchestrator")
    ) {
        self.queue = queue
        self.options = options
        log = logger
    }

    /// What is wrong with a workflow, in the order of its text; without errors it can be run.
    ///
    /// - Throws: a ``WeirError`` when there is no such file, or the queue is closed.
    public func issues(of source: WorkflowSource) async throws -> [WorkflowIssue] {
        let place = try WorkflowPlace(options)
        return try await queue.thread.perform { store in
            let parsed = try place.parse(source)
            var issues = parsed.diagnostics.map { WorkflowIssue($0) }
            if var workflow = parsed.workflow {
                let configuration = try place.configuration(database: store.path)
                issues += configuration.resolve(&workflow).map { WorkflowIssue($0) }
            }
            return issues
        }
    }

    /// Stores a run, executes it in slots of its own, beside every runner of the database, and waits for its end.
    ///
    /// - Parameters:
    ///   - source: the workflow.
    ///   - inputs: what it is given, by the names that it declares.
    /// - Returns: how it went; a run that failed is no error.
    /// - Throws: a ``WeirError`` that tells every fault of the workflow and the inputs, and nothing is stored then;
    ///   `CancellationError`, and the run stays stored for any runner to go on with.
    @discardableResult
    public func run(
        _ source: WorkflowSource, inputs: [String: any Encodable & Sendable] = [:]
    ) async throws -> WorkflowReport {
        let values = try Self.values(inputs)
        let place = try WorkflowPlace(options)
        return try await run { store in try place.prepare(source, inputs: values, database: store.path) }
    }

    /// How a run went, or goes.
    ///
    /// - Throws: a ``WeirError`` when there is no such run, or the queue is closed.
    public func report(of run: Int) async throws -> WorkflowReport {
        try await queue.thread.perform { store in try WorkflowReport(Jobs.RunID(run), in: store) }
    }

    /// Starts the run that `prepare` makes, and follows it to its end.
    func run(_ prepare: @escaping @Sendable (JobStore) throws -> PreparedRun) async throws -> WorkflowReport {
        let (run, slots) = try await queue.thread.perform { store in
            let prepared = try prepare(store)
            return (try store.write { try $0.start(prepared.spec) }.run, prepared.slots)
        }
        var settings = RunnerOptions.embedded(slots: slots, scope: .run(run))
        settings.agents = try await agents()
        let runner = EmbeddedRunner(
            queue: queue, options: settings, log: log, isGentle: false, isMonitored: options.monitoring, followed: run)
        _ = try await runner.run()
        let report = try await report(of: run.rawValue)
        guard report.state != nil else {
            throw Task.isCancelled
                ? CancellationError()
                : WeirError(.closed, "run \(run) goes on with any runner of the database; its own was shut down")
        }
        return report
    }

    private func agents() async throws -> [String: AgentDefinition] {
        let place = try WorkflowPlace(options)
        return try await queue.thread.perform { try place.configuration(database: $0.path).agents }
    }

    static func values(_ inputs: [String: any Encodable & Sendable]) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for (name, value) in inputs {
            let text = try JSONCoding.encode(value, what: "the input '\(name)'")
            values[name] = try JSONValue(parsing: text)
        }
        return values
    }
}

/// A run that can be stored, and how many of its steps its program executes at once.
struct PreparedRun {
    let spec: RunSpec
    let slots: Int
}
