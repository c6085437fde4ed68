import Logging
import HTTPTypes
import Hummingbird

/// The first and last that a request meets: errors become answers, and every answer bears the headers that keep a browser
/// from doing what it should not.
struct AnswerMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let problem = Problem(error)
            if problem.status.code >= 500 { context.logger.warning("\(request.uri.path): \(error)") }
            let type = request.uri.path.hasPrefix("/api/") ? "application/json" : "application/problem+json"
            response = .json(
                problem.json(path: request.uri.path), status: problem.status, type: type, headers: problem.headers)
        }
        for (name, value) in Self.headers where !response.headers.contains(name) { response.headers[name] = value }
        return response
    }

    /// What every answer bears.
    static let headers: [(HTTPField.Name, String)] =
        [
            (
                .contentSecurityPolicy,
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                    + "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            ),
            (.xContentTypeOptions, "nosniff"),
            (.cacheControl, "no-store"),
        ]
        + [
            ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        .compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}
