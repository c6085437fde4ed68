import Executors
import Jobs

/// An attempt of this runner's, from its start until its outcome is stored.
final class RunningAttempt {
    let claim: Claim
    let key: AttemptKey
    let mark: UInt64
    let process: ScriptProcess
    let resultFile: ResultFile
    let startedAt: Timestamp
    /// Milliseconds of CLOCK_BOOTTIME, from which the duration is measured.
    let startedBoot: Int
    var endedBoot: Int?
    var exit: ScriptExit?
    /// Killing what is left of the tree; `nil`: not begun, or done.
    var sweep: TreeKill?
    var nextSweep = 0
    var isSwept = false
    var isPIDStored = false
    var after = Aftermath()

    init(
        claim: Claim, mark: UInt64, process: ScriptProcess, resultFile: ResultFile, startedAt: Timestamp,
        startedBoot: Int
    ) {
        self.claim = claim
        key = AttemptKey(claim)
        self.mark = mark
        self.process = process
        self.resultFile = resultFile
        self.startedAt = startedAt
        self.startedBoot = startedBoot
    }

    /// Whether a turn at `now` stores the pid: one that ends at once costs no write for it.
    func isPIDWanted(at now: Int) -> Bool { !isPIDStored && startedBoot + 100 < now }

    /// Finds every process of the attempt, also one that took off the mark, by its environment or its session.
    func scan(_ databaseID: String) -> MarkScan {
        MarkScan(
            marks: [mark], leases: [key.lease(in: databaseID)], sessions: [process.pid: process.startTime])
    }

    /// Nothing of it lives any more.
    var isOver: Bool { exit != nil && isSwept && sweep == nil }
}
