import Executors
import Glibc
import Jobs
import Logging
import SQLite

extension Runner {
    func take(_ signal: Int32) throws {
        switch signal {
        case SIGTERM, SIGINT: drain(signal)
        case SIGHUP: if options.drainsOnHangup { drain(signal) }
        case SIGTSTP: try suspend()
        default: break
        }
    }

    private func drain(_ signal: Int32) {
        // What was asked for already is not asked for a second time.
        if end == nil, isDrainAsked { return end = .drained(signal: signal) }
        if end == nil {
            end = .drained(signal: signal)
            if state.running > 0 {
                log.notice("draining: \(state.running) jobs are handed back; a second signal kills")
            }
        }
        dismissWorkers()
        goOn(with: state.drain(at: now))
    }

    /// Somebody asked by 'weir runner drain': the jobs are told to end, and go to others.
    func drainAsAsked() {
        guard state.mode != .ended, !isDrainAsked, end == nil else { return }
        isDrainAsked = true
        if state.running > 0 { log.notice("draining, as asked: \(state.running) jobs are handed back") }
        dismissWorkers()
        goOn(with: state.drain(at: now))
    }

    /// As the program that embeds this runner asks for.
    func drain(gently isGentle: Bool) {
        if end == nil { end = .drained(signal: 0) }
        if isGentle {
            state.drainGently()
        } else {
            dismissWorkers()
            goOn(with: state.drain(at: now))
        }
        state.wantsTurn = true
    }

    /// Ctrl-Z: the jobs stop too, and nobody takes them while this process lives. Returns when it is continued.
    private func suspend() throws {
        guard try saySuspended() else {
            log.warning(
                "not suspended: the database takes no writes, and without a word there others would take the jobs")
            return
        }
        let scan = scanOfAll()
        // What a process started while it was being stopped is found by the next look.
        var stopped: Set<Int32> = []
        for _ in 0..<8 {
            let found = scan.run().filter { !stopped.contains($0.pid) }
            if found.isEmpty { break }
            for process in found where process.signal(SIGSTOP) { stopped.insert(process.pid) }
        }
        let stoppedAt = now
        kill(getpid(), SIGSTOP)
        // Continued from here on.
        while !(try comeBack()) { usleep(50_000) }
        neighbours.forgetSightings()
        state.resumed(after: now - stoppedAt)
        for process in scan.run() { process.signal(SIGCONT) }
    }

    /// Returns `false` when the database takes no writes at the moment.
    private func saySuspended() throws -> Bool {
        do {
            try store.write { try $0.set(.suspended, of: id) }
            return true
        } catch let error as SQLiteError where error.mayPass {
            return false
        }
    }

    /// Returns `false` when the database takes no writes at the moment: the jobs go on only under a lease.
    private func comeBack() throws -> Bool {
        let now = self.now
        do {
            try store.write { transaction in
                try transaction.renewLease(of: id, until: now + options.lease)
                try transaction.set(end == nil ? .live : .draining, of: id)
            }
        } catch let error as SQLiteError where error.mayPass {
            return false
        }
        state.renewed(at: now)
        return true
    }
}
