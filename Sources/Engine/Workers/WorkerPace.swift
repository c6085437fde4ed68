/// How long the jobs of one type have taken lately, and with that how many may be claimed ahead.
struct WorkerPace {
    /// Nobody else gets what is claimed ahead, so it must be no more than what is done in so many microseconds.
    static let ahead = 100_000

    /// Microseconds; `nil`: none has ended yet.
    private(set) var average: Double?

    /// The last ones count most: after ten, what was before counts for a tenth.
    mutating func add(microseconds: Int) {
        let latest = Double(max(1, microseconds))
        average = average.map { $0 * 0.8 + latest * 0.2 } ?? latest
    }

    /// None has ended for a while.
    mutating func stalled() { average = max(average ?? 0, 1_000_000) }

    /// Jobs that so many processes are expected to do meanwhile.
    func expected(of processes: Int) -> Int {
        guard let average else { return 0 }
        return Int(Double(processes) * Double(Self.ahead) / average)
    }
}
