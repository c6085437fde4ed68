import Jobs
import Stores
import Synchronization

/// Tasks on their way to a worker. Those of an answer that did not reach it, as the worker has died, go back at once
/// instead of when their leases end.
package final class Delivery: Sendable {
    /// A task under the lease that is handed out.
    struct Item: Sendable {
        let task: String
        let leaseToken: Int
    }

    private let items: [Item]
    private let api: ConductorAPI
    private let isSettled = Atomic(false)

    init(_ items: [Item], api: ConductorAPI) {
        self.items = items
        self.api = api
    }

    /// The answer was sent. Its tasks still go back when `giveBack` says so.
    package func confirm() { isSettled.store(true, ordering: .relaxed) }

    /// The worker did not get the answer. A task that was spoken of since under another lease stays as it is.
    package func giveBack() {
        isSettled.store(true, ordering: .relaxed)
        guard !items.isEmpty else { return }
        let (items, api) = (items, api)
        // It outlives the request, whose connection is gone.
        Task { try? await api.change { orchestra in for item in items { try orchestra.takeBack(item) } } }
    }

    deinit {
        // Nobody began to send it.
        if !isSettled.load(ordering: .relaxed) { giveBack() }
    }
}

/// What a request came by, for answers that have to arrive.
package protocol DeliveryRoute: Sendable {
    /// Gives the tasks back when the client is found to have ended before it read the answer, which is sent from now on.
    func watch(_ delivery: Delivery) async
}
