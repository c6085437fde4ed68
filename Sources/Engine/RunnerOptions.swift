package import Executors
package import Jobs
package import Workflows

/// How a runner works.
package struct RunnerOptions: Sendable {
    /// When a runner ends by itself.
    package enum DrainAfter: Sendable, Equatable {
        /// Milliseconds after its start.
        case time(Int)
        /// When nothing is ready, scheduled or running.
        case idle
        /// After it has executed so many attempts.
        case attempts(Int)
    }

    package var kind: RunnerInfo.Kind
    /// Jobs at once.
    package var slots: Int
    package var scope: ClaimScope
    /// Milliseconds.
    package var lease = 15_000
    /// Milliseconds between SIGTERM and SIGKILL.
    package var grace = 10_000
    package var drainAfter: DrainAfter?
    /// The program's version, as it is recorded.
    package var version: String
    /// What jobs may inherit; see `JobEnvironment`.
    package var environment: [String: String]
    /// SIGHUP drains, as for a program that belongs to its terminal; else it is ignored.
    package var drainsOnHangup = false
    /// Takes jobs without a type.
    package var isPlain = true
    /// Worker processes by the type of the jobs that they take.
    package var workers: [String: WorkerDefinition] = [:]
    /// Claims and reports of one turn at the most, and with that how many typed jobs are claimed ahead.
    package var batch = 100
    /// The process exists for this runner: it takes its signals, adopts what its children leave behind and reaps it. A
    /// program that embeds the runner keeps all of that to itself.
    package var ownsProcess = true
    /// Counts what it does, by the minute, for `runner_stats` and `weir monitor`, and tells events.
    package var monitors = true
    /// Where slots, batch and monitoring come from besides the database, whose settings may change while the runner
    /// works; `nil`: they are what stands here, for good.
    package var settings: SettingsSources?

    /// By the type of the jobs that they take.
    package var agents: [String: AgentDefinition] = [:]

    package init(
        kind: RunnerInfo.Kind, slots: Int, scope: ClaimScope, version: String, environment: [String: String]
    ) {
        self.kind = kind
        self.slots = slots
        self.scope = scope
        self.version = version
        self.environment = environment
    }
}

/// Follows a runner from within its loop; every call must be quick.
package protocol RunnerObserver: AnyObject {
    func started(_ claim: Claim)
    func ended(_ claim: Claim, _ outcome: Outcome, job: JobState)
    /// Something in the database may have changed, or `nextLook` has come. Returns `true` when the runner may end.
    func look() throws -> Bool
    /// When `look` wants to be called next, in milliseconds of CLOCK_BOOTTIME.
    var nextLook: Int? { get }
}

/// Why a runner ended.
package enum RunnerEnd: Sendable, Equatable {
    /// By itself: its observer or `drainAfter` said so.
    case finished
    /// By a signal, or by its program (0); what ran was handed back.
    case drained(signal: Int32)
}
