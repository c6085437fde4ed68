import HTTPTypes
import Hummingbird

/// Passes routes on to a router, and remembers which methods each path takes.
final class RouteTable: RouterMethods {
    typealias Context = ServerContext

    private let router: Router<ServerContext>
    private var entries: [(pattern: [String], methods: [HTTPRequest.Method])] = []

    init(_ router: Router<ServerContext>) { self.router = router }

    func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == ServerContext {
        router.on(path, method: method, responder: responder)
        note(method, at: path.description.split(separator: "/").map(String.init))
        return self
    }

    func add(middleware: any MiddlewareProtocol<Request, Response, ServerContext>) -> Self {
        router.add(middleware: middleware)
        return self
    }

    private func note(_ method: HTTPRequest.Method, at pattern: [String]) {
        // The router makes HEAD of every GET.
        let methods: [HTTPRequest.Method] = method == .get ? [.get, .head] : [method]
        if let index = entries.firstIndex(where: { $0.pattern == pattern }) {
            entries[index].methods += methods
        } else {
            entries.append((pattern, methods))
        }
    }

    /// What the paths of now take.
    var methods: AllowedMethods { AllowedMethods(entries: entries) }
}

/// Which methods each path takes.
struct AllowedMethods: Sendable {
    /// A part of a pattern in braces stands for any part of a path, `**` for all that are left.
    let entries: [(pattern: [String], methods: [HTTPRequest.Method])]

    /// In the order of the alphabet; empty: there is no such path.
    func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/")
        let found = entries.filter { Self.matches(parts, $0.pattern) }.flatMap(\.methods)
        return Set(found.map(\.rawValue)).sorted()
    }

    private static func matches(_ parts: [Substring], _ pattern: [String]) -> Bool {
        if pattern.last == "**" {
            let start = pattern.dropLast()
            return parts.count > start.count && matches(Array(parts.prefix(start.count)), Array(start))
        }
        return parts.count == pattern.count
            && zip(parts, pattern).allSatisfy { part, pattern in pattern.hasPrefix("{") || pattern == part }
    }
}
