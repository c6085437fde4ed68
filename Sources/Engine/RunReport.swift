package import Jobs

/// How a run went, or goes: read from the database, so that it is the same for whoever asks.
///
/// Lengths are milliseconds, moments milliseconds of Unix time.
package struct RunReport: Sendable {
    package let run: RunID
    package let workflow: String
    package let version: String
    package private(set) var state: RunState
    package private(set) var error: String?
    /// The document's path, as it was given.
    package let source: String?
    package let directory: String
    package let maxConcurrency: Int?
    package let createdAt: Int
    package let startedAt: Int?
    package private(set) var finishedAt: Int?
    /// From the first start to the end, or to now.
    package let elapsed: Int
    /// JSON.
    package private(set) var result: String?
    /// Each step is followed by its parts, the runs that it started among them.
    package internal(set) var steps: [Step]
    /// In the order of the steps.
    package let gates: [Gate]
    package internal(set) var parallelStats = ParallelStats()
    /// Steps that waited for something of their own run.
    package internal(set) var blockings: [Blocking] = []

    /// Whether the run has ended for good.
    package var isOver: Bool { state.isFinal }

    /// One at a time, whatever could go at once.
    package var isSequential: Bool { maxConcurrency == 1 }

    /// Steps that were executed: what only waits for others, or decides, is none of them.
    package var executed: [Step] { steps.filter { $0.isWork && $0.startedAt != nil } }

    /// The sum of the final attempts' durations: how long it takes one after another.
    package var sequential: Int { steps.reduce(0) { $0 + $1.work } }

    /// What doing things at once has saved.
    package var saved: Int { max(0, sequential - elapsed) }

    /// Of the sequential time, from 0 to 100.
    package var savedPercent: Double? {
        sequential > 0 ? (Double(saved) * 1000 / Double(sequential)).rounded() / 10 : nil
    }

    /// The chain of steps, each waiting for the one before, that took longest; in the order of their starts.
    package var criticalPath: [Step] {
        steps.filter(\.isCritical).sorted { ($0.startedAt ?? 0, $0.job) < ($1.startedAt ?? 0, $1.job) }
    }

    package var slowest: Step? {
        executed.max { ($0.duration, $1.job) < ($1.duration, $0.job) }
    }

    /// How far apart those started that could start at once: the workflow's steps that wait for no other.
    package var startSkew: Int? {
        let starts = ownSteps.compactMap { $0.isFirst && $0.isWork ? $0.firstStart : nil }
        guard let earliest = starts.min(), let latest = starts.max() else { return nil }
        return latest - earliest
    }

    /// The time between being ready and being started, over all steps.
    package var blocked: Int { steps.reduce(0) { $0 + ($1.isWork ? $1.wait ?? 0 : 0) } }

    /// What all attempts wrote, in bytes, what was not kept included.
    package var outputBytes: Int { steps.reduce(0) { $0 + $1.outputBytes } }

    /// The step that took most memory. KiB
    package var peakMemory: Int? { steps.compactMap(\.peakMemory).max() }

    /// The processor time of all attempts.
    package var processorTime: Int { steps.reduce(0) { $0 + $1.processorTime } }

    /// Processors that the busiest step kept busy on average.
    package var peakProcessors: Double? { steps.compactMap(\.processors).max() }

    package var passedGates: Int { gates.count { $0.status == GateResult.Status.passed.rawValue } }

    /// Steps of the workflow itself, neither their parts nor what runs at its end.
    package var ownSteps: [Step] { steps.filter { $0.parent == nil && !$0.isHandler } }

    /// Takes an end for granted that the database does not have yet.
    mutating func close(as ending: RunEnding) {
        state = ending.state
        error = ending.error
        result = ending.result ?? result
        finishedAt = finishedAt ?? startedAt.map { $0 + elapsed }
    }

    package func count(_ state: JobState) -> Int { steps.count { $0.state == state } }
}

extension RunReport {
    /// A row of `gate_results`.
    package struct Gate: Sendable {
        package let job: JobID
        /// The step's.
        package let key: String
        package let agent: String?
        package let metric: String
        package let label: String
        package let threshold: String
        package let actual: String?
        package let status: String
    }

    /// What a step waited for: a step before it, or something that others of its run held.
    package struct Blocking: Sendable, Equatable {
        package enum Cause: Sendable, Hashable {
            case step(String)
            case pool(String)
            case slot
        }
        package let step: String
        package let cause: Cause
        /// Between being ready and being started; 0 for a wait for a step, which comes before.
        package let wait: Int
    }

    /// What parallel execution made of the run.
    package struct ParallelStats: Sendable {
        /// Topological levels.
        package var totalGroups = 0
        /// Attempts that were under way at one moment, at most.
        package var maxConcurrentSteps = 0
        /// Of each pool: busy amount and time over capacity and the run's length, from 0 to 1.
        package var resourceUtilization: [String: Double] = [:]
        /// The sequential time over the elapsed one.
        package var speedup: Double?
        /// The ideal length over the real one, at most 1.
        package var efficiency: Double?
        /// How long the critical path takes.
        package var criticalLength = 0
        /// The sum of the peaks of what ran at one moment, at most; KiB. What it was is not known.
        package var memoryTogether: Int?
    }
}

extension RunReport.Blocking.Cause: CustomStringConvertible {
    /// `task_4`, `pool 'cpu'`, `a slot`
    package var description: String {
        switch self {
        case .step(let key): key
        case .pool(let name): "pool '\(name)'"
        case .slot: "a slot"
        }
    }
}
