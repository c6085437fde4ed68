import Jobs
import Stores
import Hummingbird
import JSON

/// Signs of life, for supervisors.
struct HealthRoutes {
    let services: ServerServices

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("health") { [services] _, _ in
            // Asks the database: a server that cannot read it is not well.
            _ = try await services.store.read { try $0.openRuns() }
            return Response.json(.object(["status": .string("ok"), "version": .string(services.settings.version)]))
        }
    }
}
