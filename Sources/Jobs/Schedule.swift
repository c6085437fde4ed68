import SQLite

/// Something that is enqueued at set times. The store keeps cron and zone as text: whoever fires computes the times.
package struct Schedule: Sendable {
    package enum Work: Sendable {
        /// A job of no run. Its dependencies, key and due time mean nothing here.
        case job(JobSpec)
        /// The path of a document, which is read anew each time.
        case workflow(ScheduledWorkflow)
    }

    package struct ScheduledWorkflow: Sendable, Equatable {
        /// Absolute.
        package var file: String
        /// Where the run is started from.
        package var directory: String
        /// JSON object: what the run is given. `nil`: nothing.
        package var inputs: String?
        /// PATH of whoever made the schedule.
        package var searchPath: String?

        package init(file: String, directory: String, inputs: String? = nil, searchPath: String? = nil) {
            self.file = file
            self.directory = directory
            self.inputs = inputs
            self.searchPath = searchPath
        }
    }

    /// What happens when what an earlier time enqueued has not ended.
    package enum Overlap: String, Sendable, CaseIterable, SQLiteBindable {
        /// The time is skipped.
        case skip
        /// Both run.
        case all
        /// The earlier is cancelled.
        case latest
    }

    package var name: String
    package var cron: String
    /// An IANA name.
    package var zone = "UTC"
    package var overlap = Overlap.skip
    /// Milliseconds after its time for which one is still made up for.
    package var catchUp = Schedule.defaultCatchUp
    package var work: Work

    package static let defaultCatchUp = 3_600_000

    package init(name: String, cron: String, work: Work) {
        self.name = name
        self.cron = cron
        self.work = work
    }
}

/// A schedule as it is stored.
package struct StoredSchedule: Sendable {
    package let id: Int
    package let schedule: Schedule
    package let isPaused: Bool
    /// `nil`: never again.
    package let nextAt: Timestamp?
    /// The last time that was dealt with.
    package let lastAt: Timestamp?
}

/// What a time of a schedule came to.
package enum FireOutcome: Sendable, Equatable {
    case enqueued(JobID)
    case started(RunID)
    case skipped(reason: String)
    /// Another process dealt with it, or the schedule was changed meanwhile.
    case lost
}
