import Hummingbird
import JSON

/// Every route of the server. What a request meets first stands first.
enum ServerRouter {
    static func make(_ services: ServerServices) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: AnswerMiddleware())
        router.add(middleware: AccessMiddleware(services))
        HealthRoutes(services: services).add(to: router)
        APIRoutes(services: services).add(to: router)
        PageRoutes().add(to: router)
        return router
    }
}
