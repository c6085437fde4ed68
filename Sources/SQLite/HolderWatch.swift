/// Adds up how long a waiter has watched one and the same hold with its process stopped.
struct HolderWatch {
    let patience: Duration
    private var hold: UInt64 = 0
    private(set) var stoppedFor = Duration.zero
    private var isReported = false

    init(patience: Duration) { self.patience = patience }

    /// One look at the end of a wait that was planned to last `planned` and lasted `lasted`, suspended time included.
    ///
    /// Says whether the holder has now been stopped for longer than anybody's patience; once for each hold. A wait
    /// that lasted much longer than planned counts nothing: then the waiter, or the whole host, was stopped too.
    mutating func look(at hold: UInt64?, isStopped: Bool, planned: Duration, lasted: Duration) -> Bool {
        guard let hold, isStopped else {
            self = HolderWatch(patience: patience)
            return false
        }
        if hold != self.hold {
            self = HolderWatch(patience: patience)
            self.hold = hold
            return false  // How long it was stopped before this first look is not known.
        }
        if lasted <= planned * 2 + .milliseconds(50) { stoppedFor += lasted }
        guard stoppedFor >= patience, !isReported else { return false }
        isReported = true
        return true
    }
}
