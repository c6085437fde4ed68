import Workflows

/// What can be set for runners and jobs, by the names that `weir config` and `weir.yaml` have.
package enum SettingName: String, CaseIterable, Sendable {
    /// Whether jobs may run at once.
    case enabled
    case profile
    /// Jobs of one runner at once.
    case workers
    /// Of each attempt; milliseconds.
    case timeout
    /// Attempts after the first.
    case retries
    /// Whether runners sample and tell events.
    case monitoring
    /// The most jobs that one turn of a runner claims and reports.
    case batchSize = "batch_size"
    /// Of each job's processes together; MiB.
    case memoryLimit = "memory_limit"

    /// The environment's variable.
    package var variable: String {
        switch self {
        case .enabled: "PARALLEL_EXECUTION_ENABLED"
        case .profile: "PARALLEL_PROFILE"
        case .workers: "PARALLEL_MAX_WORKERS"
        case .timeout: "PARALLEL_TASK_TIMEOUT"
        case .retries: "PARALLEL_RETRY_ATTEMPTS"
        case .monitoring: "PARALLEL_MONITORING"
        case .batchSize: "PARALLEL_BATCH_SIZE"
        case .memoryLimit: "PARALLEL_MEMORY_LIMIT"
        }
    }

    /// How the rows of the database's settings are called.
    package var row: String { "parallel.\(rawValue)" }

    package var unit: String? {
        switch self {
        case .timeout: "ms"
        case .memoryLimit: "MiB"
        default: nil
        }
    }

    /// Of numbers.
    var range: ClosedRange<Int>? {
        switch self {
        case .enabled, .profile, .monitoring: nil
        case .workers: ParallelSection.workers
        case .timeout: ParallelSection.timeouts
        case .retries: ParallelSection.retries
        case .batchSize: ParallelSection.batchSizes
        case .memoryLimit: ParallelSection.memoryLimits
        }
    }

    /// Whether it can be `none`: without a limit.
    var isLimit: Bool { self == .timeout || self == .memoryLimit }

    /// What may stand there, for messages.
    package var expected: String {
        if let range {
            let unit = unit.map { " of \($0)" } ?? ""
            let none = isLimit ? ", or none" : ""
            return "a whole number\(unit) from \(range.lowerBound) to \(range.upperBound)\(none)"
        }
        if self == .profile { return "one of \(Profile.allCases.map(\.rawValue).joined(separator: ", "))" }
        return "true or false"
    }
}
