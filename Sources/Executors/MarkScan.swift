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

    /// The living processes that bear one of the marks, with all their descendants, which may have lost it; with
    /// `leases` or `sessions`, also those that these give away, at 8 microseconds for each process of the host.
    /// Never the caller, whatever it descends from, nor what it has for children under other marks.
    package func run() -> [MarkedProcess] {
        let caller = getpid()
        let sessions = ownSessions()
        var found: [Int32: MarkedProcess] = [:]
        for pid in ProcFile.numbers(in: "/proc") where pid != caller && pid != 1 {
            if matches(pid, sessions: sessions), let process = MarkedProcess(pid: pid) { found[pid] = process }
        }
        addDescendants(to: &found, except: caller)
        return found.values.sorted { $0.pid < $1.pid }
    }

    private func matches(_ pid: Int32, sessions: Set<Int32>) -> Bool {
        if let mark = Mark.of(pid), marks.contains(mark) { return true }
        if !sessions.isEmpty, let stat = ProcessStat(of: pid), sessions.contains(stat.session) { return true }
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
        let name: StaticString = "WEIR_LEASE="
        return ProcFile.read("/proc/\(pid)/environ", atMost: 128 << 10) { bytes in
            bytes.split(separator: 0).contains { variable in
                variable.starts(with: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
                    && leases.contains(String(decoding: variable.dropFirst(name.utf8CodeUnitCount), as: UTF8.self))
            }
        } ?? false
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
