import Jobs
import Stores
import Synchronization

/// What runners did since the server began. Their minutes are pruned after a week, and counters may not fall.
final class WorkCounter: Sendable {
    private struct Sums {
        /// The first minute that is not in them for good.
        var next: Int
        var figures = WorkFigures()
    }

    private let store: StoreService
    private let sums: Mutex<Sums>

    /// Minutes after which runners have told all of one.
    private static let settled = 2
    /// Minutes that one reading takes in at the most, so that it is quick also when nobody has asked for days: the figures
    /// then lag behind for some readings.
    private static let batch = 240

    init(store: StoreService) {
        self.store = store
        sums = Mutex(Sums(next: store.timekeeper.now().minute))
    }

    func read() async throws -> WorkFigures {
        let before = sums.withLock { $0 }
        let now = store.timekeeper.now().minute
        // What is settled is added once and for all; the rest is read each time.
        let due = max(before.next, now - Self.settled)
        let end = min(due, before.next + Self.batch)
        let (settled, open) = try await store.read { transaction in
            (
                try WorkFigures(transaction, from: before.next, before: end),
                try WorkFigures(transaction, from: end, before: end < due ? end : .max)
            )
        }
        var known = before
        known.figures += settled
        known.next = end
        sums.withLock { [known] sums in if sums.next < known.next { sums = known } }
        known.figures += open
        return known.figures
    }
}
