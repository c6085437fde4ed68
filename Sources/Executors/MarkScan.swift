import Glibc

/// Finds the processes of attempts in one pass over /proc.
package struct MarkScan: Sendable {
    /// The marks of the attempts.
    package var marks: Set<UInt64>
    /// Values of `WEIR_LEASE`, for processes whose mark was taken off; empty: environments are not read.
    package var leases: Set<String>
    /// Sessions by the pid of the script that began them, with its `startTime`: where a leader of that pid lives and
    /// started at another time, the number went to a stranger. Empty: sessions are not read.
    package var sessions: [Int32: UInt64]

    package init(marks: Set<UInt64>, leases: Set<String> = [], sessions: [Int32: UInt64] = [:]) {
        self.marks = marks
        self.leases = leases
        self.sessions = sessions
    }

    /// Looks for all that `other` looks for, too.
    package mutating func formUnion(_ other: MarkScan) {
        marks.formUnion(other.marks)
        leases.formUnion(other.leases)
        sessions.merge(other.sessions) { first, _ in first }
    }

    /// The living processes that bear one of the marks, with all their descendants, which may have lost it; with
    /// `leases` or `sessions`, also those that these give away, at 8 microseconds for each process of the host.
    /// Never the caller, whatever it descends from, nor what it has for children under other marks.
    package func run() -> [MarkedProcess] { run(also: [:]) }

    /// As `run`, and with what still lives of `others`, given by pid with their start times, and its descendants.
    func run(also others: [Int32: UInt64]) -> [MarkedProcess] {
        let caller = getpid()
        let sessions = ownSessions()
        var found: [Int32: MarkedProcess] = [:]
        for pid in ProcFile.numbers(in: "/proc") where pid != caller && pid != 1 {
            if matches(pid, sessions: sessions), let process = MarkedProcess(pid: pid) { found[pid] = process }
        }
        for (pid, startTime) in others where found[pid] == nil {
            if let process = MarkedProcess(pid: pid), process.startTime == startTime { found[pid] = process }
        }
        addDescendants(to: &found, except: caller)
        return found.values.sorted { $0.pid < $1.pid }
    }

    /// Sends a signal to all that `run` finds, and returns how many got it.
    @discardableResult
    package func signal(_ signal: Int32) -> Int { run().count { $0.signal(signal) } }

    private func matches(_ pid: Int32, sessions: Set<Int32>) -> Bool {
        if let mark = Mark.of(pid), marks.contains(mark) { return true }
        if !sessions.isEmpty, sessions.contains(getsid(pid)) { return true }
        return !leases.isEmpty && hasLease(pid)
    }

    /// Without those whose number now belongs to another session.
    private func ownSessions() -> Set<Int32> {
        Set(
            sessions.compactMap { id, startTime in
                // While one member lives, the kernel gives the number to nobody else.
                if let leader = ProcessStat(of: id), leader.startTime != startTime { return nil }
                return id
            })
    }

    private func hasLease(_ pid: Int32) -> Bool {
        ProcFile.read("/proc/\(pid)/environ", atMost: 256 << 10) { bytes in
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
                if isLease(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) { return true }
                start = end + 1
            }
            return false
        } ?? false
    }

    private func isLease(_ variable: UnsafeRawBufferPointer) -> Bool {
        let name: StaticString = "WEIR_LEASE="
        let length = name.utf8CodeUnitCount
        guard let text = variable.baseAddress, variable.count > length, memcmp(text, name.utf8Start, length) == 0 else {
            return false
        }
        return leases.contains(String(decoding: variable[length...], as: UTF8.self))
    }

    /// A process may take the mark off (`su` does), but not its parent.
    private func addDescendants(to found: inout [Int32: MarkedProcess], except caller: Int32) {
        var parents = Array(found.keys)
        while let parent = parents.popLast() {
            for child in ProcessChildren.of(parent) where child != caller && found[child] == nil {
                guard let process = MarkedProcess(pid: child), process.parent == parent else { continue }
                found[child] = process
                parents.append(child)
            }
        }
    }
}
