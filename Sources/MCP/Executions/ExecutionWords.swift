import Engine
import Jobs

/// The states of runs and jobs in the words of Conductor, which the two tools for workflows speak throughout.
enum ExecutionWords {
    static func status(of state: RunState) -> String {
        switch state {
        case .pending, .running: "RUNNING"
        case .paused: "PAUSED"
        case .succeeded: "COMPLETED"
        case .failed: "FAILED"
        case .cancelled: "TERMINATED"
        }
    }

    /// - Parameter isUnderWay: parts of it have started.
    static func status(of step: RunReport.Step, isUnderWay: Bool) -> String {
        switch step.state {
        case .running, .reclaiming: "IN_PROGRESS"
        case .blocked, .scheduled, .ready: isUnderWay ? "IN_PROGRESS" : "SCHEDULED"
        case .succeeded: "COMPLETED"
        case .failed where step.isForgiven: "COMPLETED_WITH_ERRORS"
        case .failed: step.tries.last?.state == .timedOut ? "TIMED_OUT" : "FAILED"
        case .skipped: "SKIPPED"
        case .cancelled: "CANCELED"
        }
    }

    static let runs = ["RUNNING", "PAUSED", "COMPLETED", "FAILED", "TERMINATED"]
    static let tasks = [
        "SCHEDULED", "IN_PROGRESS", "COMPLETED", "COMPLETED_WITH_ERRORS", "FAILED", "TIMED_OUT", "SKIPPED", "CANCELED",
    ]
}
