import Executors
import Glibc
import Jobs
import Logging
import SQLite

/// Takes jobs back from dead runners: fence, kill what is left, requeue; each step is safe to repeat, by this rescuer
/// or by the next one when this one dies.
final class Rescuer {
    private struct Rescue {
        var kill: TreeKill
        var nextStep: Int
    }

    private let store: JobStore
    private let liveness: Liveness
    private let log: Logger
    /// Where a runner has its jobs' results written.
    private let resultFolder: (RunnerID) -> String
    private var rescues: [RunnerID: Rescue] = [:]

    init(store: JobStore, liveness: Liveness, log: Logger, resultFolder: @escaping (RunnerID) -> String) {
        self.store = store
        self.resultFolder = resultFolder
        self.liveness = liveness
        self.log = log
    }

    /// When the next step is due.
    var nextStep: Int? { rescues.values.map(\.nextStep).min() }

    /// Begins to rescue the runner if it is dead: if its lock can be taken. The lock is then held until the rescue is
    /// done, so that one rescuer at a time is at work, and another takes over when that one dies.
    ///
    /// - Returns: `false` while the runner lives, or another rescuer is at work.
    func begin(_ runner: RunnerID, at now: Int) throws -> Bool {
        guard rescues[runner] == nil else { return true }
        guard liveness.take(runner) else { return false }
        do {
            let lost = try store.write { transaction in
                let lost = try transaction.fence(runner)
                if lost.isEmpty { try transaction.requeueJobs(of: runner) }
                return lost
            }
            if lost.isEmpty {
                removeResults(of: runner)
                liveness.release(runner)
                return true
            }
            log.notice("runner \(runner) died; taking back \(lost.count) jobs")
            let keys = lost.map { AttemptKey(job: $0.job, leaseToken: $0.leaseToken) }
            var scan = MarkScan(
                marks: Set(keys.map { $0.mark(in: store.databaseID) }),
                leases: Set(keys.map { $0.lease(in: store.databaseID) }))
            let workers = WorkerMark.all(of: runner)
            scan.formUnion(
                MarkScan(
                    marks: Set(workers.map { $0.mark(in: store.databaseID) }),
                    leases: Set(workers.map { $0.lease(in: store.databaseID) })))
            rescues[runner] = Rescue(kill: TreeKill(scan), nextStep: now)
            return true
        } catch {
            liveness.release(runner)
            throw error
        }
    }

    /// Goes on with what is due. Returns the runners whose jobs were requeued.
    func step(at now: Int) throws -> [RunnerID] {
        var done: [RunnerID] = []
        for (runner, rescue) in rescues where rescue.nextStep <= now {
            var rescue = rescue
            switch rescue.kill.step() {
            case .again(let after): rescue.nextStep = now + after
            case .stuck(_, let pids):
                log.warning("processes \(pids) of dead runner \(runner) cannot be killed; its jobs wait for their end")
                rescue.nextStep = now + 1_000
            case .gone:
                if try requeue(runner) {
                    done.append(runner)
                    continue
                }
                rescue.nextStep = now + 200
            }
            rescues[runner] = rescue
        }
        return done
    }

    /// Ends the rescue. Returns `false` when the database takes no writes at the moment.
    private func requeue(_ runner: RunnerID) throws -> Bool {
        let requeued: Int
        do {
            requeued = try store.write { try $0.requeueJobs(of: runner) }
        } catch let error as SQLiteError where error.mayPass {
            return false
        }
        log.notice("runner \(runner) was rescued: \(requeued) jobs are ready again")
        rescues[runner] = nil
        removeResults(of: runner)
        liveness.release(runner)
        return true
    }

    /// What lost attempts left is nobody's result. Where the dead runner had another TMPDIR, it stays.
    private func removeResults(of runner: RunnerID) {
        let path = resultFolder(runner)
        guard access(path, F_OK) == 0 else { return }
        (try? ResultFolder(path: path))?.remove()
    }
}
