import Engine
import Jobs

/// How a run of a workflow went.
public struct WorkflowReport: Sendable {
    /// The states in which a run has ended.
    public enum State: String, Sendable, Codable {
        /// Every step that counts succeeded, and so did what the workflow asks of the run as a whole.
        case succeeded
        /// A step, a criterion or the time limit failed it.
        case failed
        /// Somebody cancelled it.
        case cancelled
    }

    /// A step, or a part of one.
    public struct Step: Sendable {
        /// Unique in its run; a part has its place in it: `build[linux]`.
        public let id: String
        /// Its job.
        public let job: JobID
        /// `blocked`, `ready`, `running`, `succeeded`, `failed`, `skipped`, `cancelled`, …
        public let state: String
        /// Its topological level, from 1.
        public let group: Int
        /// How often it was begun.
        public let attempts: Int
        /// Of the last attempt.
        public let duration: Duration
        /// Why it did not succeed.
        public let error: String?
        /// JSON; `nil`: it left none.
        public let resultJSON: String?

        /// Whether it succeeded.
        public var success: Bool { state == JobState.succeeded.rawValue }

        /// What it left.
        ///
        /// - Throws: a ``WeirError`` when there is no result, or it does not fit `type`.
        public func result<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
            guard let resultJSON else { throw WeirError(.coding, "step '\(id)' left no result: it is \(state)") }
            return try JSONCoding.decode(type, from: resultJSON) { "the result of step '\(id)' does not fit: \($0)" }
        }
    }

    /// What parallel execution made of the run.
    public struct ParallelStats: Sendable {
        /// Topological levels.
        public let totalGroups: Int
        /// Attempts that were under way at one moment, at most.
        public let maxConcurrentSteps: Int
        /// Of each pool: busy amount and time over capacity and the run's length, from 0 to 1.
        public let resourceUtilization: [String: Double]
        /// The sequential time over the elapsed one; `nil`: too short to tell.
        public let speedup: Double?
        /// The ideal length over the real one, at most 1; `nil`: too short to tell.
        public let efficiency: Double?
        /// The ids of the steps, each waiting for the one before, that took longest.
        public let criticalPath: [String]
    }

    /// Its number, as `weir list --runs` shows it.
    public let run: Int
    /// The workflow's name.
    public let workflow: String
    /// `nil`: it goes on.
    public let state: State?
    /// Why it did not succeed.
    public let error: String?
    /// What the workflow's `output` gave, as JSON.
    public let resultJSON: String?
    /// From the first start to the end, or to now.
    public let elapsed: Duration
    /// The sum of the steps' durations: how long they take one after another.
    public let sequentialTime: Duration
    /// The workflow's own steps, in their order.
    public let steps: [Step]
    /// What parallel execution made of it.
    public let parallelStats: ParallelStats

    /// Whether it succeeded.
    public var success: Bool { state == .succeeded }

    /// The step with the id.
    public subscript(id: String) -> Step? { steps.first { $0.id == id } }

    /// What the run left.
    ///
    /// - Throws: a ``WeirError`` when there is no result, or it does not fit `type`.
    public func result<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        guard let resultJSON else { throw WeirError(.coding, "run \(run) left no result") }
        return try JSONCoding.decode(type, from: resultJSON) { "the result of run \(run) does not fit: \($0)" }
    }
}

extension WorkflowReport {
    init(_ run: Jobs.RunID, in store: JobStore) throws {
        let report = try RunReport.read(run, from: store)
        self.run = run.rawValue
        workflow = report.workflow
        state = State(rawValue: report.state.rawValue)
        error = report.error
        resultJSON = report.result
        elapsed = .milliseconds(report.elapsed)
        sequentialTime = .milliseconds(report.sequential)
        steps = try store.look { transaction in
            try report.ownSteps.map { step in
                Step(
                    id: step.key, job: JobID(step.job), state: step.state.rawValue, group: step.group,
                    attempts: step.attempts, duration: .milliseconds(step.duration), error: step.error,
                    resultJSON: try transaction.conclusion(of: step.job).result)
            }
        }
        let stats = report.parallelStats
        parallelStats = ParallelStats(
            totalGroups: stats.totalGroups, maxConcurrentSteps: stats.maxConcurrentSteps,
            resourceUtilization: stats.resourceUtilization, speedup: stats.speedup, efficiency: stats.efficiency,
            criticalPath: report.criticalPath.map(\.key))
    }
}
