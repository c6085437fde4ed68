package import JSON

/// A checked workflow, whichever the dialect: every dependency names a step, and no step waits for itself.
package struct Workflow: Sendable, Equatable {
    package enum Dialect: String, Sendable, Equatable {
        case steps, tasks
        /// A list of `id`, `task`, `agent`, `deps`.
        case orchestrator
        /// Conductor's JSON definitions.
        case conductor
    }

    package var name: String
    /// As written; `1.0.0` when the file has none.
    package var version = "1.0.0"
    package var description: String?
    package var dialect = Dialect.steps
    /// What the file says about itself and nothing acts upon.
    package var metadata: [String: JSONValue] = [:]
    package var parallel = ParallelSettings()
    /// Variables for every step; a step's own come before these.
    package var environment: [String: Template] = [:]
    package var inputs: [Input] = []
    /// By the type of the jobs that they take; they come before those of the configuration.
    package var workers: [String: WorkerCommand] = [:]
    /// In the order of the file, never empty.
    package var steps: [Step]
    /// Steps that run one at a time do so in the order of `steps` where dependencies let them, not by groups.
    package var keepsOrder = false
    /// Steps that run once all others have ended.
    package var handlers = Handlers()
    /// The run's result; `nil`: none.
    package var output: JSONTemplate?
    package var criteria: [Criterion] = []
    /// From the run's start; what is left then is cancelled.
    package var timeout: Duration?
    /// How a waiting command behaves.
    package var watching = Watching()
    package var failureMessages = FailureMessages()
    package var report = ReportSettings()
    package var schedules: [ScheduleEntry] = []

    package init(name: String, steps: [Step]) {
        self.name = name
        self.steps = steps
    }
}

/// A value that whoever starts the run may give.
package struct Input: Sendable, Equatable {
    package enum Kind: String, Sendable, Equatable, CaseIterable {
        case string, number, integer, boolean, list, object, any
    }

    package var name: String
    package var kind = Kind.any
    package var description: String?
    /// `nil`: the input must be given, unless it is not `isRequired`.
    package var defaultValue: JSONValue?
    package var isRequired = false
    /// The values that it may have; empty: any.
    package var choices: [JSONValue] = []
    package var place: Place

    package init(name: String, place: Place) {
        self.name = name
        self.place = place
    }
}

/// Steps for the end of a run, by how it ended.
package struct Handlers: Sendable, Equatable {
    package var success: [Step] = []
    package var failure: [Step] = []
    package var always: [Step] = []

    package var isEmpty: Bool { success.isEmpty && failure.isEmpty && always.isEmpty }
}

/// What must hold for a run to have succeeded.
package enum Criterion: Sendable, Equatable {
    case allTasksCompleted
    case noTaskBlockedByAnother
    /// Over `total_time` (seconds), `parallel_efficiency`, `speedup`, `efficiency` and the run's data.
    case expression(Expression)
}

/// What `weir run` does while it watches the run; the run itself goes on whatever this says.
package struct Watching: Sendable, Equatable {
    package var interval: Duration?
    package var attempts: Int?
    package var timeout: Duration?
    /// `false`: a waiting command returns at the first end of a step.
    package var waitsForAll = true
}

/// What `error_handling` has printed.
package struct FailureMessages: Sendable, Equatable {
    package var oneFailed: String?
    package var allFailed: String?
}

/// What is written to files when steps and runs end; paths are relative to the run's directory.
package struct ReportSettings: Sendable, Equatable {
    /// A file for each step, `task-ID.json`; `nil`: none.
    package var resultsDirectory: String?
    /// The run's report; `nil`: none. `NAME` stands for the workflow's name, slugged.
    package var reportPath: String?
}

/// When a run is to start by itself.
package struct ScheduleEntry: Sendable, Equatable {
    package enum Overlap: String, Sendable, Equatable, CaseIterable { case skip, all, latest }

    /// Five fields of cron, or `@daily` and the like.
    package var cron: String
    /// An IANA name; `nil`: UTC.
    package var zone: String?
    /// How long after its time a missed one is still made up for; `nil`: the default.
    package var catchUp: Duration?
    package var overlap = Overlap.skip
    package var place: Place
}
