import Conductor
import Hummingbird

/// Every route of the server. What a request meets first stands first.
enum ServerRouter {
    static func make(_ services: ServerServices) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestMetrics(factory: services.metrics))
        router.add(middleware: AnswerMiddleware())
        router.add(middleware: AccessMiddleware(services))
        let methods = MethodMiddleware()
        router.add(middleware: methods)
        let table = RouteTable(router)
        HealthRoutes(services: services).add(to: table)
        MetricsRoutes(services: services).add(to: table)
        APIRoutes(services: services).add(to: table)
        MCPRoutes(services: services).add(to: table)
        PageRoutes().add(to: table)
        services.conductor.add(to: table)
        methods.know(table.methods)
        return router
    }
}
