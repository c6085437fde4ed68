import Glibc

/// Kills all processes of some attempts, step by step; the caller waits between steps, or does other things.
///
/// It stops what it finds until a look finds nothing new, since what is stopped starts no more processes; then it
/// kills all of it, and looks until two looks in a row find nothing alive.
package struct TreeKill {
    /// Looks before it says that something cannot be killed: some seconds.
    static let patience = 120
    /// Looks in one step, so that many quick forks are met by quick looks.
    static let looksPerStep = 8

    private let scan: MarkScan
    /// By pid, the start times of those that were found and stopped.
    private var stopped: [Int32: UInt64] = [:]
    private var killed = 0
    private var looks = 0

    /// Prepares to kill what `scan` finds. Nothing happens before the first `step`.
    package init(_ scan: MarkScan) { self.scan = scan }

    /// Looks and kills. After `.gone` it is done; after `.stuck` it may be stepped on.
    package mutating func step() -> TreeKillStep {
        var found = look()
        for _ in 1..<Self.looksPerStep {
            if found.isEmpty {
                if look().isEmpty { return .gone(killed: killed) }
            } else if !stop(found) {
                break
            }
            found = look()
        }
        // Those that appeared in the last look are stopped in the next step: none is killed before that, as the
        // parent's death would not stop its child.
        guard !found.isEmpty else { return .again(after: 1) }
        if !stop(found) {
            for process in found { process.signal(SIGKILL) }
        }
        return looks < Self.patience
            ? .again(after: min(100, 1 + looks)) : .stuck(killed: killed, pids: found.map(\.pid))
    }

    private mutating func look() -> [MarkedProcess] {
        looks += 1
        // What was found through its family only would be lost with its parent.
        return scan.run(also: stopped)
    }

    /// Stops those that are new. Whether there were any.
    private mutating func stop(_ found: [MarkedProcess]) -> Bool {
        var isNew = false
        for process in found where stopped[process.pid] != process.startTime {
            process.signal(SIGSTOP)
            stopped[process.pid] = process.startTime
            killed += 1
            isNew = true
        }
        return isNew
    }
}
