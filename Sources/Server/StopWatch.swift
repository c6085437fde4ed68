import ServiceLifecycle
import Stores

/// What happens first when the server ends: by a signal, or because its database is no longer there.
struct StopWatch: Service {
    let store: StoreService
    let isStopping: @Sendable () -> Void

    /// - Throws: `ServeError` when the database was removed or replaced.
    func run() async throws {
        let isReplaced = await cancelWhenGracefulShutdown { await store.untilReplaced() }
        store.changes.letClientsGo()
        isStopping()
        guard isReplaced else { return }
        throw ServeError(
            "\(store.path): the database was removed, moved or replaced while the server ran; nothing was written since: "
                + "start weir serve again")
    }
}
