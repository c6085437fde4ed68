/// What a claimed job waits for, when its runner gives it back without an end. It leaves its slot and its pools, costs
/// no attempt, and is ready again once that is there.
package struct Parking: Sendable {
    /// What it waits for.
    package enum Wait: Sendable {
        /// The end, in any way, of the jobs that it adds: its children. With none it is ready at once.
        case children([JobSpec])
        /// The end of a run that it starts.
        case run(RunSpec)
        /// A moment.
        case until(Timestamp)
        /// Somebody's signal (`JobTransaction.signal`), or the moment, if there is one.
        case signal(until: Timestamp?)
    }

    package var wait: Wait
    /// JSON for its next claim (`Claim.memo`).
    package var memo: String?

    package init(_ wait: Wait, memo: String? = nil) {
        self.wait = wait
        self.memo = memo
    }
}
