import Stores
import Hummingbird
import JSON
import Jobs

/// `/v1/jobs`
struct JobRoutes {
    let services: ServerServices

    func add(to group: RouterGroup<ServerContext>) {
        group.get("jobs", use: list)
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        var filter = JobFilter()
        filter.limit = Limits.page
        let page = filter
        let table = try await services.store.read { try $0.jobs(matching: page) }
        return .json(.object(["jobs": .list(table.objects())]))
    }
}
