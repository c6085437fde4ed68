/// How long to wait before a worker is started again of those that die before they have done a job.
struct WorkerBackoff {
    static let shortest = 100
    static let longest = 30_000

    private(set) var failures = 0
    /// Milliseconds of CLOCK_BOOTTIME; `nil`: at once.
    private(set) var until: Int?

    mutating func failed(at now: Int) {
        until = now + min(Self.longest, Self.shortest << min(failures, 16))
        failures += 1
    }

    mutating func succeeded() { self = WorkerBackoff() }

    /// Takes up that the time is over. Returns whether it just was.
    mutating func expire(at now: Int) -> Bool {
        guard let until, until <= now else { return false }
        self.until = nil
        return true
    }
}
