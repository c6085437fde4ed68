import Executors
import Jobs

/// A worker process of this runner's, from its start until nothing of its tree lives.
final class Worker {
    let process: WorkerProcess
    let mark: WorkerMark
    unowned let pool: WorkerPool
    /// Milliseconds of CLOCK_BOOTTIME.
    let startedBoot: Int
    /// The round of its pool's back-off in which it was started.
    let round: Int
    /// The job that it has.
    var attempt: RunningAttempt?
    /// The same as it waited before.
    var job: WaitingJob?
    /// It ended and had read nothing of the job.
    var leftJobUnread = false
    /// When it got the job, in microseconds.
    var givenAt = 0
    /// When it got the job or said something last, in milliseconds.
    var heardAt = 0
    /// Milliseconds without a word of its job until people are told.
    var silence: Int
    /// Since when it has said nothing, once people were told.
    var silentSince: Timestamp?
    /// Since when it has none.
    var idleSince: Int
    /// It was asked to end, and is killed at that time.
    var killAt: Int?
    /// What it did wrong, and when it is killed for it: what looks like a fault may be the first sign of its end.
    var fault: (what: WorkerFault, killAt: Int)?
    var exit: ScriptExit?
    /// Its own process has ended, or is being looked at for that.
    var isEnding = false
    /// Killing its tree; `nil`: not begun.
    var sweep: TreeKill?
    var nextSweep = 0

    init(_ process: WorkerProcess, mark: WorkerMark, pool: WorkerPool, at now: Int) {
        self.process = process
        self.mark = mark
        self.pool = pool
        startedBoot = now
        round = pool.backoff.failures
        idleSince = now
        silence = pool.definition.silenceNotice
    }

    /// It takes jobs, or will when it has done the one that it has.
    var isInService: Bool { killAt == nil && fault == nil && !isEnding && sweep == nil }
    var isIdle: Bool { isInService && attempt == nil }

    /// Whether its job may still go back as if it had never been claimed, so that nothing of it is to be stored.
    var isTentative: Bool { !hasBegun || !leftJobUnread && exit == nil && !process.hasReadTask }

    /// Whether it came so far that its job may be the cause of its end: it said something or others of its pool have
    /// done jobs, and it read this one.
    var hasBegun: Bool { (process.isReady || pool.hasDoneJobs) && !leftJobUnread }

    /// When something is due although it says nothing.
    var nextStep: Int? {
        if sweep != nil { return nextSweep }
        if let fault { return fault.killAt }
        if let killAt { return killAt }
        if !process.isReady { return startedBoot + pool.definition.startTimeout }
        if attempt != nil { return heardAt + silence }
        return pool.definition.idleTimeout.map { idleSince + $0 }
    }
}
