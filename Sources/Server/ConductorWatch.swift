import Conductor
import ServiceLifecycle

/// What happens to Conductor's workflows without a request, for as long as the server runs.
struct ConductorWatch: Service {
    let routes: ConductorRoutes

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await routes.watch()
            } catch is CancellationError {
                return
            }
        }
    }
}
