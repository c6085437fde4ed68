import Engine
import Synchronization

/// Work for one or more threads, in the order in which it was posted. Any thread posts.
final class WorkQueue<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        /// Where the next one is: taking from the front of an array moves all others.
        var first = 0
        var isClosed = false

        var count: Int { items.count - first }

        mutating func take() -> Item? {
            guard first < items.count else { return nil }
            defer {
                first += 1
                if first == items.count { (items, first) = ([], 0) }
            }
            return items[first]
        }
    }

    enum Posting { case accepted, full, closed }

    /// Rung while something waits.
    private let bell: EventDescriptor
    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) throws(SystemCallError) {
        bell = try EventDescriptor()
        self.capacity = capacity
    }

    func post(_ item: Item) -> Posting {
        let posting: Posting = state.withLock { state in
            if state.isClosed { return .closed }
            guard state.count < capacity else { return .full }
            state.items.append(item)
            return .accepted
        }
        if posting == .accepted { bell.ring() }
        return posting
    }

    /// What was posted before is still done.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.ring()
    }

    /// Waits for the next item. `nil`: the queue is closed, and all is done.
    func next() -> Item? {
        while true {
            let (item, isMore, isClosed) = state.withLock { state in
                let item = state.take()
                return (item, state.count > 0, state.isClosed)
            }
            // One ring may stand for several items, and for the close: the other threads are to hear of it too.
            if isMore || isClosed { bell.ring() }
            if let item { return item }
            if isClosed { return nil }
            bell.wait()
        }
    }
}
