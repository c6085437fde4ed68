import Executors
import Jobs

/// An attempt of this runner's, from its start until its outcome is stored.
final class RunningAttempt {
    /// What executes it.
    enum Work {
        case process(ScriptProcess, resultFile: ResultFile)
        case task(AttemptTask)
        case worker(Worker)
    }

    /// How what executes it ended.
    enum End {
        case exit(ScriptExit)
        case task(TaskOutcome)
        case worker(WorkerEnd)
    }

    struct Progress {
        let percent: Double
        let message: String?
    }

    let claim: Claim
    let key: AttemptKey
    /// What its processes bear; 0 when it has none of its own.
    let mark: UInt64
    let work: Work
    let output: OutputBuffer
    let startedAt: Timestamp
    /// Milliseconds of CLOCK_BOOTTIME, from which the duration is measured.
    let startedBoot: Int
    var endedBoot: Int?
    var end: End?
    /// Killing what is left of the tree; `nil`: not begun, or done.
    var sweep: TreeKill?
    var nextSweep = 0
    var isSwept = false
    var isPIDStored = false
    /// Its worker knows that it is to end soon.
    var wasToldToStop = false
    var after = Aftermath()
    /// What it said of itself and is not stored yet.
    var progress: Progress?
    var checkpoint: String?
    /// Of one with a limit.
    var memory: AttemptMemory?

    init(claim: Claim, mark: UInt64 = 0, work: Work, startedAt: Timestamp, startedBoot: Int) {
        self.claim = claim
        key = AttemptKey(claim)
        self.mark = mark
        self.work = work
        output =
            switch work {
            case .process(let process, _): process.output
            case .task, .worker: OutputBuffer()
            }
        self.startedAt = startedAt
        self.startedBoot = startedBoot
    }

    /// The process of its own, if it has one.
    var process: ScriptProcess? {
        if case .process(let process, _) = work { process } else { nil }
    }

    var worker: Worker? {
        if case .worker(let worker) = work { worker } else { nil }
    }

    /// Of the process that executes it.
    var pid: Int? { (process?.pid ?? worker?.process.pid).map { Int($0) } }

    var resultFile: ResultFile? {
        if case .process(_, let file) = work { file } else { nil }
    }

    var exit: ScriptExit? {
        if case .exit(let exit)? = end { exit } else { nil }
    }

    /// Of a process that has not been reaped yet.
    var livePID: Int32? { end == nil ? process?.pid : nil }

    var hasRemarks: Bool { progress != nil || checkpoint != nil }

    /// Whether a turn at `now` stores the pid: one that ends at once costs no write for it.
    func isPIDWanted(at now: Int) -> Bool { pid != nil && !isPIDStored && startedBoot + 100 < now }

    /// Finds every process of the attempt, also one that took off the mark, by its environment or its session.
    func scan(_ databaseID: String) -> MarkScan {
        guard let process else { return MarkScan(marks: []) }
        return MarkScan(
            marks: [mark], leases: [key.lease(in: databaseID)], sessions: [process.pid: process.startTime])
    }

    /// Nothing of it lives any more.
    var isOver: Bool { end != nil && isSwept && sweep == nil }
}
