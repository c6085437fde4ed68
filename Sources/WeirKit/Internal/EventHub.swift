import Synchronization

/// Hands events to whoever asked for them.
final class EventHub: Sendable {
    private struct State {
        var consumers: [Int: AsyncStream<QueueEvent>.Continuation] = [:]
        var lastID = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    var isObserved: Bool { state.withLock { !$0.consumers.isEmpty } }

    func subscribe(buffer: Int) -> AsyncStream<QueueEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: QueueEvent.self, bufferingPolicy: .bufferingNewest(buffer))
        let id: Int? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.lastID += 1
            state.consumers[state.lastID] = continuation
            return state.lastID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.leave(id) }
        return stream
    }

    func send(_ event: QueueEvent) {
        for consumer in state.withLock({ Array($0.consumers.values) }) { consumer.yield(event) }
    }

    func finish() {
        let consumers = state.withLock { state in
            defer { state.consumers = [:] }
            state.isFinished = true
            return Array(state.consumers.values)
        }
        // Outside of the lock, since each one that ends takes it.
        for consumer in consumers { consumer.finish() }
    }

    private func leave(_ id: Int) { _ = state.withLock { $0.consumers.removeValue(forKey: id) } }
}
