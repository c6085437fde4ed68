import CLinux
import Glibc
import Jobs
import SQLite

/// The other runners of the database: their deaths are events of this runner's loop.
final class Neighbours {
    private struct Neighbour {
        var runner: OtherRunner
        /// -1 where the process cannot be watched.
        var pidfd: Int32
        /// When its lease was first seen to be over, and the lease that was.
        var expired: (seenAt: Int, lease: Int)?
    }

    private let poller: Poller
    private let process: ProcessIdentity
    private var known: [RunnerID: Neighbour] = [:]

    init(poller: Poller, process: ProcessIdentity) {
        self.poller = poller
        self.process = process
    }

    deinit { for neighbour in known.values { forget(neighbour) } }

    var isEmpty: Bool { known.isEmpty }
    var ids: [RunnerID] { Array(known.keys) }
    subscript(id: RunnerID) -> OtherRunner? { known[id]?.runner }

    /// Whether one of them dies unseen, so that its lock must be tried from time to time.
    var hasUnwatched: Bool { known.values.contains { $0.pidfd < 0 } }

    /// Takes up what the database says now. Returns the new ones.
    func update(_ runners: [OtherRunner]) -> [RunnerID] {
        let present = Set(runners.map(\.id))
        for (id, neighbour) in known where !present.contains(id) {
            forget(neighbour)
            known[id] = nil
        }
        var new: [RunnerID] = []
        for runner in runners {
            if known[runner.id] != nil {
                known[runner.id]?.runner = runner
            } else {
                known[runner.id] = Neighbour(runner: runner, pidfd: watch(runner), expired: nil)
                new.append(runner.id)
            }
        }
        return new
    }

    /// Its process ended: the descriptor stays readable, so it must go.
    func died(_ id: RunnerID) {
        guard var neighbour = known[id] else { return }
        forget(neighbour)
        neighbour.pidfd = -1
        known[id] = neighbour
    }

    func remove(_ id: RunnerID) {
        if let neighbour = known.removeValue(forKey: id) { forget(neighbour) }
    }

    /// The runners whose lease is over and that hold jobs, when that was seen twice, a heartbeat apart, and the lease was
    /// not renewed in between: they hang. One that is suspended on purpose does not count.
    func hung(at now: Int, heartbeat: Int) -> [OtherRunner] {
        var hung: [OtherRunner] = []
        for (id, neighbour) in known {
            let runner = neighbour.runner
            guard runner.holdsJobs, runner.state == .live || runner.state == .draining, runner.leaseUntil < now else {
                known[id]?.expired = nil
                continue
            }
            if let first = neighbour.expired, first.lease == runner.leaseUntil {
                if now - first.seenAt >= heartbeat { hung.append(runner) }
            } else {
                known[id]?.expired = (now, runner.leaseUntil)
            }
        }
        return hung
    }

    /// Forgets what was seen of leases: this process did not run for a while itself.
    func forgetSightings() { for id in known.keys { known[id]?.expired = nil } }

    /// Kills a runner that hangs. Its death is then an event like any other.
    func kill(_ runner: OtherRunner) -> Bool {
        guard let pidfd = known[runner.id]?.pidfd, pidfd >= 0 else { return false }
        return clinux_pidfd_send_signal(pidfd, SIGKILL) == 0
    }

    /// Whether its process can be seen and killed from here.
    func isReachable(_ runner: OtherRunner) -> Bool {
        runner.process.bootID == process.bootID && runner.process.namespace == process.namespace
    }

    private func watch(_ runner: OtherRunner) -> Int32 {
        guard isReachable(runner) else { return -1 }
        let pidfd = clinux_pidfd_open(runner.process.pid)
        guard pidfd >= 0 else { return -1 }
        // The number may be another process's by now; then there is nothing to watch, and the lock tells.
        guard let status = ProcessStatus.of(pid: runner.process.pid), Int(status.startTime) == runner.process.start,
            (try? poller.add(pidfd, as: PollSource(.runner, runner.id.rawValue))) != nil
        else {
            close(pidfd)
            return -1
        }
        return pidfd
    }

    private func forget(_ neighbour: Neighbour) {
        guard neighbour.pidfd >= 0 else { return }
        poller.remove(neighbour.pidfd)
        close(neighbour.pidfd)
    }
}
