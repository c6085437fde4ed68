import Hummingbird
import Synchronization

/// Tells which methods a path takes, where it is asked with another.
final class MethodMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    private let allowed = Mutex(AllowedMethods(entries: []))

    /// Called once, when all routes are there.
    func know(_ methods: AllowedMethods) { allowed.withLock { $0 = methods } }

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        // The router has found a route, and says which.
        guard context.endpointPath == nil else { return try await next(request, context) }
        let methods = allowed.withLock { $0 }.methods(at: request.uri.path)
        guard !methods.isEmpty, !methods.contains(request.method.rawValue) else {
            return try await next(request, context)
        }
        let list = methods.joined(separator: ", ")
        throw Problem(
            .methodNotAllowed, "this path does not take \(request.method.rawValue); it takes \(list)",
            headers: [.allow: list])
    }
}
