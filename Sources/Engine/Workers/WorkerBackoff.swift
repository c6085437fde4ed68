/// How long to wait before a worker is started again of those that die before they have done a job.
struct WorkerBackoff {
    static let shortest = 100
    static let longest = 30_000
    /// Rounds after which who cannot wait for ever gives up.
    static let patience = 5

    /// Rounds that failed in a row. All that was started in one round counts once.
    private(set) var failures = 0
    /// Milliseconds of CLOCK_BOOTTIME; `nil`: at once.
    private(set) var until: Int?
    /// Why the last round failed.
    private(set) var reason = ""

    /// - Parameter round: `failures` when the process was started that died.
    /// - Returns: milliseconds until the next round; `nil`: this one has failed already.
    mutating func failed(in round: Int, at now: Int, because reason: String) -> Int? {
        guard round == failures else { return nil }
        let wait = min(Self.longest, Self.shortest << min(failures, 16))
        until = now + wait
        failures += 1
        self.reason = reason
        return wait
    }

    mutating func succeeded() { self = WorkerBackoff() }

    /// Takes up that the time is over. Returns whether it just was.
    mutating func expire(at now: Int) -> Bool {
        guard let until, until <= now else { return false }
        self.until = nil
        return true
    }
}
