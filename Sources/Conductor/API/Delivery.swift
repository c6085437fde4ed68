import Jobs
import Stores
import Synchronization

/// Tasks on their way to a worker. Those of an answer that could not be sent, as the worker has died while it waited, go
/// back at once instead of when their leases end.
package final class Delivery: Sendable {
    /// A task under the lease that is handed out.
    struct Item: Sendable {
        let task: String
        let leaseToken: Int
    }

    private let items: [Item]
    private let api: ConductorAPI
    private let isSent = Atomic(false)

    init(_ items: [Item], api: ConductorAPI) {
        self.items = items
        self.api = api
    }

    /// The answer was sent.
    package func confirm() { isSent.store(true, ordering: .relaxed) }

    deinit {
        guard !isSent.load(ordering: .relaxed), !items.isEmpty else { return }
        let (items, api) = (items, api)
        Task { try? await api.change { orchestra in for item in items { try orchestra.takeBack(item) } } }
    }
}
