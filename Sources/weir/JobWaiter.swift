import Engine
import Jobs
import SQLite

/// Waits for jobs or runs to end.
struct JobWaiter {
    let store: JobStore

    /// Returns when all have ended, or `milliseconds` are over: whether every job succeeded.
    ///
    /// - Throws: a `Failure` with exit code 124 when the time is over.
    func wait(for jobs: [JobID], atMost milliseconds: Int? = nil) throws -> Bool {
        let waiter = try ChangeWaiter(store: store)
        let end = milliseconds.map { store.timekeeper.boottime() + $0 }
        var pending = jobs
        var allSucceeded = true
        while true {
            let states = try store.look { transaction in
                try pending.map { ($0, try transaction.state(of: $0)) }
            }
            for (_, state) in states where state.isFinal && state != .succeeded { allSucceeded = false }
            pending = states.filter { !$0.1.isFinal }.map(\.0)
            if pending.isEmpty { return allSucceeded }
            let left = end.map { $0 - store.timekeeper.boottime() }
            if let left, left <= 0 {
                throw Failure("\(pending.count) of \(jobs.count) jobs have not ended yet", code: 124)
            }
            _ = try waiter.wait(atMost: left)
        }
    }
}
