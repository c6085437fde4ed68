import Executors
import Jobs

/// A worker process of this runner's, from its start until nothing of its tree lives.
final class Worker {
    let process: WorkerProcess
    let mark: WorkerMark
    unowned let pool: WorkerPool
    /// Milliseconds of CLOCK_BOOTTIME.
    let startedBoot: Int
    /// The job that it has.
    var attempt: RunningAttempt?
    /// When it got the job, in microseconds.
    var givenAt = 0
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
        idleSince = now
    }

    /// It takes jobs, or will when it has done the one that it has.
    var isInService: Bool { killAt == nil && fault == nil && !isEnding && sweep == nil }
    var isIdle: Bool { isInService && attempt == nil }

    /// When something is due although it says nothing.
    var nextStep: Int? {
        if sweep != nil { return nextSweep }
        if let fault { return fault.killAt }
        if let killAt { return killAt }
        if !process.isReady { return startedBoot + pool.definition.startTimeout }
        if attempt == nil, let limit = pool.definition.idleTimeout { return idleSince + limit }
        return nil
    }
}
