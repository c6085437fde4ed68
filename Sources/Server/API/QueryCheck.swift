import Hummingbird
import Workflows

/// Refuses parameters of a query that a route does not have, and such as stand twice: a slip in a filter would else
/// answer another question than was asked.
struct QueryCheck: Sendable {
    private let names: [String]

    init(names: [String]) { self.names = names }

    init(_ route: APIRoute) { names = route.parameters.filter { $0.place == "query" }.map(\.name) }

    /// - Throws: `Problem` that names the parameter and those that there are.
    func check(_ request: Request) throws {
        guard let query = request.uri.query, !query.isEmpty else { return }
        var seen: Set<Substring> = []
        for (name, _) in request.uri.queryParameters {
            guard names.contains(where: { $0 == name }) else { throw unknown(String(name)) }
            guard seen.insert(name).inserted else {
                throw Problem(.badRequest, "the parameter '\(name)' stands twice; give it once")
            }
        }
    }

    private func unknown(_ name: String) -> Problem {
        let text = "there is no parameter '\(name.prefix(100))' here"
        guard !names.isEmpty else { return Problem(.badRequest, text + "; this route has none") }
        var suggestions = Suggestions()
        let near =
            suggestions.nearest(to: name, among: names).map { "; did you mean '\($0)'? There are" } ?? "; there are"
        return Problem(.badRequest, text + near + ": \(names.joined(separator: ", "))")
    }
}
