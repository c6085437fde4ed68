import Synchronization

/// The requests of a client that are being served, so that a later message may cancel one.
final class RunningRequests: Sendable {
    private struct Running {
        /// Tells one request from a later one with the same id.
        let number: Int
        let task: Task<Void, Never>
    }

    private struct State {
        var last = 0
        var running: [RequestID: Running] = [:]
    }

    private let state = Mutex(State())

    /// Starts a task of its own, since another message is to be able to cancel it alone.
    func start(_ id: RequestID, _ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        state.withLock { state in
            state.last += 1
            let number = state.last
            let task = Task {
                await body()
                self.remove(id, number)
            }
            state.running[id] = Running(number: number, task: task)
            return task
        }
    }

    /// Unknown and finished ids are left alone.
    func cancel(_ id: RequestID) { state.withLock { $0.running[id]?.task }?.cancel() }

    func cancelAll() {
        for task in state.withLock({ $0.running.values.map(\.task) }) { task.cancel() }
    }

    private func remove(_ id: RequestID, _ number: Int) {
        state.withLock { if $0.running[id]?.number == number { $0.running[id] = nil } }
    }
}
