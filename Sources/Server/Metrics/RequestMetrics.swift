import CoreMetrics
import HTTPTypes
import Hummingbird

/// Counts requests and times them, through swift-metrics. Routes stand for paths, of which there may be any number.
struct RequestMetrics: RouterMiddleware {
    typealias Context = ServerContext

    let factory: MetricsRegistry

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let length = ContinuousClock.now - start
        let route = [
            ("method", Self.methods.contains(request.method) ? request.method.rawValue : "other"),
            ("route", context.endpointPath ?? "none"),
        ]
        Counter(
            label: "weir_requests_total", dimensions: route + [("status", "\(response.status.code)")], factory: factory
        ).increment()
        Timer(label: "weir_request_seconds", dimensions: route, factory: factory).recordNanoseconds(
            Int64(length / .nanoseconds(1)))
        return response
    }

    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .delete, .options]
}
