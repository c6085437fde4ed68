import Synchronization

/// Counts waits and adds up how long they were.
package final class WaitTally: Sendable {
    private let tally = Mutex((count: 0, milliseconds: 0))

    func note(_ milliseconds: Int) {
        tally.withLock { tally in
            tally.count += 1
            tally.milliseconds += max(0, milliseconds)
        }
    }

    package var sums: (count: Int, milliseconds: Int) { tally.withLock { $0 } }
}
