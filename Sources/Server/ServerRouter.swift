import Conductor
import Hummingbird

/// Every route of the server. What a request meets first stands first.
enum ServerRouter {
    static func make(_ services: ServerServices) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestMetrics(factory: services.metrics))
        router.add(middleware: AnswerMiddleware())
        router.add(middleware: AccessMiddleware(services))
        HealthRoutes(services: services).add(to: router)
        MetricsRoutes(services: services).add(to: router)
        APIRoutes(services: services).add(to: router)
        MCPRoutes(services: services).add(to: router)
        PageRoutes().add(to: router)
        services.conductor.add(to: router)
        return router
    }
}
