import Executors
import Glibc
import Jobs
import Logging

extension Runner {
    func take(_ signal: Int32) throws {
        switch signal {
        case SIGTERM, SIGINT: try drain(signal)
        case SIGHUP: if options.drainsOnHangup { try drain(signal) }
        case SIGTSTP: try suspend()
        default: break
        }
    }

    private func drain(_ signal: Int32) throws {
        if end == nil {
            end = .drained(signal: signal)
            if state.running > 0 {
                log.notice("draining: \(state.running) jobs are handed back; a second signal kills")
            }
        }
        try goOn(with: state.drain(at: now))
    }

    /// Ctrl-Z: the jobs stop too, and nobody takes them while this process lives. Returns when it is continued.
    private func suspend() throws {
        let marks = Set(attempts.values.map(\.mark))
        try? store.write { try $0.set(.suspended, of: id) }
        for process in MarkScan(marks: marks).run() { process.signal(SIGSTOP) }
        let stoppedAt = now
        kill(getpid(), SIGSTOP)
        // Continued from here on.
        try store.write { transaction in
            try transaction.renewLease(of: id, until: now + options.lease)
            try transaction.set(.live, of: id)
        }
        state.renewed(at: now)
        neighbours.forgetSightings()
        state.resumed(after: now - stoppedAt)
        for process in MarkScan(marks: marks).run() { process.signal(SIGCONT) }
    }
}
