import CLinux
import Glibc

/// The turnstile in front of the write lock: lock `next`, lock `gate`, let `next` go; work; let `gate` go.
///
/// The kernel queues those who wait for a lock, and `next` keeps one who has just left from overtaking them; SQLite's
/// own retries starve a process entirely. The gate only brings order: SQLite's write lock is the truth, and a writer
/// goes on without the gate rather than never.
///
/// A holder that was stopped (Ctrl-Z) stops all writers and cannot be fenced. Waiters watch for it, and kill it when
/// it has stayed stopped for `patience`, if its identity allows that.
final class Gate {
    private static let slice = Duration.milliseconds(500)

    let path: String
    var identity: GateIdentity
    /// How long a holder may stay stopped.
    var patience: Duration
    var onStoppedHolder: ((StoppedHolder) -> Void)?

    private let file: Int32
    private let next: GateLock
    private let gate: GateLock
    private let record: UnsafeMutableRawBufferPointer
    private var hold: UInt64
    private var isHeld = false
    /// The hold for which a deadline was spent in vain: the next writes do not wait for it again.
    private var abandonedHold: UInt64 = 0

    /// Opens the gate file and makes it when it is missing; the system's error number when it cannot.
    init(path: String, identity: GateIdentity, patience: Duration) throws(SystemError) {
        self.path = path
        self.identity = identity
        self.patience = patience
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw SystemError(errno) }
        next = GateLock(file: file, byte: 0, recordOffset: 16)
        gate = GateLock(file: file, byte: 1, recordOffset: 16 + off_t(GateRecord.size))
        record = .allocate(byteCount: GateRecord.size, alignment: 8)
        // Two gates of one process must not count alike.
        hold = UInt64.random(in: 1..<1 << 62)
    }

    deinit {
        // Closing the descriptor releases its locks.
        close(file)
        record.deallocate()
    }

    /// Who holds the gate now, where that is known.
    var holder: GateIdentity? { gate.holder()?.identity }

    /// Waits for the gate until the deadline, and says whether it is held. Either way the caller goes on, and calls
    /// `leave()` afterwards.
    @discardableResult
    func enter(within patience: Duration) -> Bool {
        precondition(!isHeld, "the gate is entered twice")
        let deadline = Deadline(after: patience)
        hold += 1
        let isNext = take(next, until: deadline)
        if isNext && !gate.tryLock() {
            // Only who may stay long at the turnstile says so there.
            name(at: next)
            isHeld = wait(for: gate, until: deadline)
            next.clearName()
        } else {
            isHeld = isNext
        }
        if isNext { next.unlock() }
        if isHeld { name(at: gate) }
        return isHeld
    }

    func leave() {
        guard isHeld else { return }
        isHeld = false
        gate.clearName()
        gate.unlock()
    }

    private func take(_ lock: GateLock, until deadline: Deadline) -> Bool {
        lock.tryLock() || wait(for: lock, until: deadline)
    }

    private func name(at lock: GateLock) {
        GateRecord(hold: hold, identity: identity).write(to: record)
        lock.name(holder: UnsafeRawBufferPointer(record))
    }

    private func wait(for lock: GateLock, until deadline: Deadline) -> Bool {
        var watch = HolderWatch(patience: patience)
        let slice = min(Self.slice, max(patience / 4, .milliseconds(1)))
        while !deadline.isOver {
            if let holder = lock.holder(), holder.hold == abandonedHold, isStopped(holder.identity) { return false }
            let planned = min(slice, deadline.remaining)
            let start = clinux_boottime_ms()
            if lock.lock(waiting: planned) { return true }
            let lasted = Duration.milliseconds(clinux_boottime_ms() - start)
            look(at: lock, &watch, planned: planned, lasted: lasted)
        }
        abandonedHold = lock.holder()?.hold ?? 0
        return false
    }

    private func look(at lock: GateLock, _ watch: inout HolderWatch, planned: Duration, lasted: Duration) {
        let holder = lock.holder()
        let isStopped = holder.map { self.isStopped($0.identity) } ?? false
        guard watch.look(at: holder?.hold, isStopped: isStopped, planned: planned, lasted: lasted), let holder else {
            return
        }
        let wasKilled = holder.identity.mayBeKilled && kill(holder, holding: lock)
        onStoppedHolder?(
            StoppedHolder(identity: holder.identity, stoppedFor: watch.stoppedFor, wasKilled: wasKilled))
    }

    private func isStopped(_ holder: GateIdentity) -> Bool {
        // A pid of another namespace names some other process here, or none.
        guard holder.pidNamespace == identity.pidNamespace, holder.pid != identity.pid else { return false }
        guard let status = ProcessStatus.of(pid: holder.pid) else { return false }
        return status.startTime == holder.startTime && status.isStopped
    }

    private func kill(_ holder: GateRecord, holding lock: GateLock) -> Bool {
        let process = clinux_pidfd_open(holder.identity.pid)
        guard process >= 0 else { return false }
        defer { close(process) }
        // The descriptor names one process for good; only now is it certain that it is the one that was meant, and
        // that it still holds the lock.
        guard isStopped(holder.identity), lock.holder() == holder else { return false }
        return clinux_pidfd_send_signal(process, SIGKILL) == 0
    }
}
