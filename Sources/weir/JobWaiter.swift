import Engine
import Jobs
import SQLite

/// Waits for jobs and runs to end.
struct JobWaiter {
    let store: JobStore

    private struct Pending {
        var jobs: [JobID]
        var runs: [RunID]
        var allSucceeded = true
        var count: Int { jobs.count + runs.count }
    }

    /// Returns when all have ended: whether every job and run succeeded. Says on standard error which did not.
    ///
    /// - Parameter milliseconds: `nil`: for ever.
    /// - Throws: a `Failure` with exit code 124 when the time is over.
    func wait(for jobs: [JobID], runs: [RunID] = [], atMost milliseconds: Int? = nil) throws -> Bool {
        let waiter = try ChangeWaiter(store: store)
        let end = milliseconds.map { store.timekeeper.boottime() + $0 }
        var pending = Pending(jobs: jobs.reversed(), runs: runs)
        let all = pending.count
        while true {
            try store.look { try settle(&pending, $0) }
            if pending.count == 0 { return pending.allSucceeded }
            let left = end.map { $0 - store.timekeeper.boottime() }
            if let left, left <= 0 {
                let open = try store.look { transaction in
                    try pending.jobs.count { !(try transaction.state(of: $0).isFinal) } + pending.runs.count
                }
                throw Failure("\(open) of \(all) have not ended yet", code: Failure.timeout)
            }
            _ = try waiter.wait(atMost: left)
        }
    }

    /// Takes out what has ended.
    private func settle(_ pending: inout Pending, _ transaction: JobTransaction) throws {
        var ended: [String] = []
        // In order, as far as they have ended: one look at each job in all, however many commits there are.
        while let job = pending.jobs.last {
            let state = try transaction.state(of: job)
            guard state.isFinal else { break }
            if state != .succeeded { ended.append("job \(job) \(Self.word(state.rawValue))") }
            pending.jobs.removeLast()
        }
        pending.runs = try pending.runs.filter { run in
            let state = try transaction.state(of: run)
            if state.isFinal, state != .succeeded { ended.append("run \(run) \(Self.word(state.rawValue))") }
            return !state.isFinal
        }
        for line in ended { StandardError.print("weir: \(line)") }
        if !ended.isEmpty { pending.allSucceeded = false }
    }

    private static func word(_ state: String) -> String { state == "failed" ? "failed" : "was \(state)" }
}
