import Jobs
import Glibc
import HTTPTypes
import Hummingbird
import Stores

/// Lets in who may come in, on every route.
struct AccessMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    private let services: ServerServices
    private let guesses: GuessLimit

    init(_ services: ServerServices) {
        self.services = services
        guesses = GuessLimit(allowed: services.settings.limits.guesses)
    }

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard (request.head.path ?? "").utf8.count <= Limits.path else {
            throw Problem(.uriTooLong, "the path is longer than \(Limits.path) bytes")
        }
        let peer = await context.peer()
        let minute = services.store.timekeeper.boottime() / 60_000
        let visit = Self.visit(request, peer)
        switch policy(at: context.channel.localAddress?.port).decide(visit) {
        case .allowed: return try await next(request, context)
        case .forbidden(let reason): throw Problem(.forbidden, reason, headers: [.connection: "close"])
        case .needsToken(let reason, let guess):
            // One that has the right token is let in, whatever others of its place try.
            if let guess, !guesses.allows(guess, of: peer, minute: minute) {
                throw Problem(
                    .tooManyRequests, "too many wrong tokens; try again in a minute", headers: [.retryAfter: "60"])
            }
            throw Problem(
                .unauthorized, reason, headers: [.wwwAuthenticate: #"Bearer realm="weir""#, .connection: "close"])
        }
    }

    private func policy(at port: Int?) -> AccessPolicy {
        AccessPolicy(
            door: services.settings.door(port: port), token: services.token, uid: geteuid(),
            requiresToken: services.settings.requiresToken)
    }

    static func visit(_ request: Request, _ peer: Peer) -> AccessPolicy.Visit {
        let headers = request.headers
        return AccessPolicy.Visit(
            host: request.head.authority ?? HTTPField.Name("Host").flatMap { headers[$0] }, origin: headers[.origin],
            fetchSite: HTTPField.Name("Sec-Fetch-Site").flatMap { headers[$0] },
            authorization: headers[.authorization], cookie: request.cookies[AccessCookie.name]?.value,
            isPublic: isPublic(request), peer: peer)
    }

    /// The page's own files and the sign of life.
    private static func isPublic(_ request: Request) -> Bool {
        guard request.method == .get || request.method == .head else { return false }
        let path = request.uri.path
        return path == "/" || path == "/health" || path == "/favicon.ico"
            || (path.hasPrefix("/page/") && !path.contains(".."))
    }
}

/// The page's session: a browser cannot send a token with what it loads by itself.
enum AccessCookie {
    static let name = "weir-token"

    static func header(_ token: AccessToken, isSecure: Bool) -> String {
        "\(name)=\(token.text); HttpOnly; SameSite=Strict; Path=/\(isSecure ? "; Secure" : "")"
    }
}
