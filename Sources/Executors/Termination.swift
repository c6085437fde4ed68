import Glibc

/// Asks the processes of attempts to end, and a moment later kills those that will never hear it.
///
/// A process that ignores SIGTERM gains nothing by a grace. One that handles it keeps its grace, and so does what it
/// starts to clean up, although that may ignore the signal: it is known by its parent.
package struct Termination: Sendable {
    /// Looks of one `press`, so that what forks while it is being killed is met by the next.
    static let looks = 8

    /// Processes that were sent SIGTERM, by pid, with their start times, and whether they handle it.
    private var asked: [Int32: (startTime: UInt64, handles: Bool)] = [:]

    package init() {}

    /// Sends SIGTERM to all that `scan` finds, and SIGCONT, so that a stopped one hears it.
    package mutating func ask(_ scan: MarkScan) {
        asked = asked.filter { ProcessStat(of: $0.key)?.startTime == $0.value.startTime }
        for process in scan.run() { ask(process) }
    }

    private mutating func ask(_ process: MarkedProcess) {
        // Before it is sent: a handler may ignore further ones while it cleans up.
        asked[process.pid] = (process.startTime, SignalStance.of(process.pid) == .handles)
        process.signal(SIGTERM)
        process.signal(SIGCONT)
    }

    /// Kills what is deaf to SIGTERM of all that `scan` finds, and asks what has not been asked yet. The caller has
    /// waited a moment since `ask`.
    ///
    /// - Returns: how many were killed.
    @discardableResult
    package mutating func press(_ scan: MarkScan) -> Int {
        var killed: [Int32: UInt64] = [:]
        for _ in 0..<Self.looks {
            let found = scan.run()
            let cleaning = cleaners(among: found)
            var isNew = false
            for process in found where !cleaning.contains(process.pid) && killed[process.pid] != process.startTime {
                if asked[process.pid]?.startTime != process.startTime {
                    ask(process)
                    isNew = true
                }
                let stance = SignalStance.of(process.pid)
                guard stance == .ignores || stance == .keepsWaiting else { continue }
                if process.signal(SIGKILL) { killed[process.pid] = process.startTime }
                isNew = true
            }
            if !isNew { break }
        }
        return killed.count
    }

    /// Those that handle the signal, and what they started since.
    private func cleaners(among found: [MarkedProcess]) -> Set<Int32> {
        var cleaners: Set<Int32> = []
        for process in found {
            guard let known = asked[process.pid], known.startTime == process.startTime, known.handles else { continue }
            if SignalStance.of(process.pid) != .keepsWaiting { cleaners.insert(process.pid) }
        }
        var grows = !cleaners.isEmpty
        while grows {
            grows = false
            for process in found where cleaners.contains(process.parent) && !cleaners.contains(process.pid) {
                guard asked[process.pid]?.startTime != process.startTime else { continue }
                grows = cleaners.insert(process.pid).inserted
            }
        }
        return cleaners
    }
}
