import HTTPTypes
import Hummingbird
import JSON

/// Weir's own interface, `/v1`.
struct APIRoutes {
    let services: ServerServices

    /// All of it but its own description.
    var all: [APIRoute] {
        JobRoutes(services: services).all + LogRoutes(services: services).all + RunRoutes(services: services).all
            + PlaceRoutes(services: services).all + ScheduleRoutes(services: services).all
            + ConsoleRoutes(services: services).all + EventRoutes(services: services).all
            + SessionRoutes(services: services).all + OverviewRoutes(services: services).all
            + WorkflowRoutes(services: services).all
    }

    func add(to router: some RouterMethods<ServerContext>) {
        let group = router.group("v1")
        let routes = all
        for route in routes { add(route, to: group) }
        let document = OpenAPI.document(of: routes, version: services.settings.version)
        let check = QueryCheck(names: [])
        group.get("openapi.json") { request, _ in
            try check.check(request)
            return Response.json(document)
        }
    }

    private func add(_ route: APIRoute, to group: RouterGroup<ServerContext>) {
        let respond = route.respond
        let check = QueryCheck(route)
        group.on(RouterPath(stringLiteral: route.path), method: route.method) { request, context in
            try check.check(request)
            return try await respond(APIRequest(request: request, context: context))
        }
    }
}
