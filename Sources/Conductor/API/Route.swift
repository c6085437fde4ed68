/// One path of the API and what answers it.
struct Route: Sendable {
    typealias Answer = @Sendable (ConductorAPI, Call) async throws -> APIResponse

    let method: String
    /// `{name}` stands for one part.
    let pattern: [String]
    let answer: Answer

    init(_ method: String, _ pattern: String, _ answer: @escaping Answer) {
        self.method = method
        self.pattern = pattern.split(separator: "/").map(String.init)
        self.answer = answer
    }

    /// What the names stand for; `nil`: it is another path.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count == pattern.count else { return nil }
        var values: [String: String] = [:]
        for (part, given) in zip(pattern, path) {
            if part.hasPrefix("{") {
                values[String(part.dropFirst().dropLast())] = given
            } else if part != given {
                return nil
            }
        }
        return values
    }
}

/// A request and what the names in its route stand for.
struct Call: Sendable {
    let request: APIRequest
    let names: [String: String]

    /// Of a name that the route has.
    subscript(name: String) -> String { names[name] ?? "" }
}
