import Executors
import Jobs
import Logging

/// What people are told of workers that do not do their part.
extension Runner {
    /// Its worker has said nothing for long. Once, and then each time that the silence has doubled.
    func noteSilence(of worker: Worker) {
        guard let attempt = worker.attempt else { return }
        let length = now - worker.heardAt
        worker.silence *= 2
        worker.silentSince = store.timekeeper.now().advanced(by: -length)
        let advice = attempt.claim.timeout == nil ? "; a time limit of the job would end it" : ""
        logs.worker.warning(
            "worker '\(worker.pool.type)' (process \(worker.process.pid)) has said nothing for \(Self.text(of: length)) of job \(attempt.claim.job)\(advice)"
        )
        state.wantsTurn = true
    }

    /// It said something, or got a job.
    func heard(_ worker: Worker) {
        worker.heardAt = now
        worker.silence = worker.pool.definition.silenceNotice
        guard worker.silentSince != nil else { return }
        worker.silentSince = nil
        state.wantsTurn = true
    }

    func storeWorkerNotes(in transaction: JobTransaction) throws {
        let notes = workerNotes
        guard notes != storedWorkerNotes else { return }
        try transaction.setWorkerNotes(notes, of: id)
    }

    var workerNotes: WorkerNotes {
        var notes = WorkerNotes()
        for pool in pools.values {
            if pool.backoff.failures > 0 {
                let times = pool.backoff.failures == 1 ? "" : " \(pool.backoff.failures) times in a row"
                notes.broken[pool.type] = "did not start\(times): \(pool.backoff.reason)"
            }
            for worker in pool.workers {
                if let since = worker.silentSince, let job = worker.attempt?.claim.job { notes.silent[job] = since }
            }
        }
        return notes
    }

    private static func text(of milliseconds: Int) -> String {
        let seconds = milliseconds / 1_000
        return seconds < 120 ? "\(seconds) s" : seconds < 7_200 ? "\(seconds / 60) min" : "\(seconds / 3_600) h"
    }
}
