import HTTPTypes
import Hummingbird
import JSON
import Jobs

/// A route of `/v1`: what it takes, what it gives, and what it does. The document at `/v1/openapi.json` is made of these,
/// so that it cannot say otherwise.
struct APIRoute: Sendable {
    struct Parameter: Sendable {
        let name: String
        let schema: Schema
        let about: String
        var place = "query"

        init(_ name: String, _ schema: Schema, _ about: String, in place: String = "query") {
            self.name = name
            self.schema = schema
            self.about = about
            self.place = place
        }
    }

    let method: HTTPRequest.Method
    /// Below `/v1`, as `jobs/{id}`.
    let path: String
    let summary: String
    var parameters: [Parameter] = []
    /// Of the body; `nil`: it takes none.
    var takes: Schema?
    var gives: Schema
    var status = 200
    /// What it gives when it is not JSON.
    var type = "application/json"
    /// What else it may answer, by status: 206 with what it gives, others without a body.
    var further: [Int: String] = [:]
    let respond: @Sendable (APIRequest) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, parameters: [Parameter] = [],
        takes: Schema? = nil, gives: Schema, status: Int = 200, type: String = "application/json",
        further: [Int: String] = [:],
        respond: @escaping @Sendable (APIRequest) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.parameters = parameters
        self.takes = takes
        self.gives = gives
        self.status = status
        self.type = type
        self.further = further
        self.respond = respond
    }

    static let keyParameter = Parameter(
        "Idempotency-Key", .string,
        "The same request gives the same job or run again, for ever; another one is refused with 409.", in: "header")
    static let pageParameters = [
        Parameter(
            "limit", .integer, "Elements at the most, \(Limits.page) by default, \(Limits.largestPage) at the most."),
        Parameter("before", .integer, "Only older ones: `next` of the page before."),
    ]
}

/// A request, as a route reads it.
struct APIRequest: Sendable {
    let request: Request
    let context: ServerContext

    /// The number in the path.
    ///
    /// - Throws: `Problem` when it is none.
    func number(_ name: String) throws -> Int {
        let text = context.parameters.get(name) ?? ""
        guard let number = Int(text), number > 0 else {
            throw Problem(.notFound, "'\(text.prefix(100))' is no \(name): it is a whole number")
        }
        return number
    }

    func job() throws -> JobID { JobID(try number("id")) }
    func run() throws -> RunID { RunID(try number("id")) }

    /// A name in the path.
    func name() throws -> String {
        guard let text = context.parameters.get("name"), let name = Self.decode(text), !name.isEmpty else {
            throw Problem(.notFound, "the path names nothing")
        }
        return name
    }

    /// Without percent signs; `nil` when it is no UTF-8 text then.
    private static func decode(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    func query(_ name: String) -> String? {
        request.uri.queryParameters[name[...]].map(String.init).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Throws: `Problem` when it is no whole number of the range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = query(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .badRequest, "'\(name)' is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag(_ name: String) throws -> Bool {
        switch query(name) {
        case nil, "false", "0": false
        case "true", "1": true
        default: throw Problem(.badRequest, "'\(name)' is true or false")
        }
    }

    /// Words between commas.
    func words<Word: RawRepresentable & CaseIterable>(_ name: String) throws -> [Word] where Word.RawValue == String {
        try (query(name)?.split(separator: ",") ?? []).map { text in
            guard let word = Word(rawValue: String(text)) else {
                let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, "'\(name)': there is no '\(text.prefix(100))'; there are: \(known)")
            }
            return word
        }
    }

    func page() throws -> (limit: Int, before: Int?) {
        (
            try integer("limit", in: 1...Limits.largestPage) ?? Limits.page,
            try integer("before", in: 0...Int.max)
        )
    }

    /// - Parameter body: the whole request, by which it is told from others with its key.
    /// - Throws: `Problem` when the key is longer than 200 characters.
    func requestKey(_ body: JSONValue) throws -> RequestKey? {
        try idempotencyKey().map { RequestKey($0, request: body.text) }
    }

    func idempotencyKey() throws -> String? {
        guard let key = HTTPField.Name("Idempotency-Key").flatMap({ request.headers[$0] }) else { return nil }
        guard (1...200).contains(key.utf8.count) else {
            throw Problem(.badRequest, "an Idempotency-Key has 1 to 200 characters")
        }
        return key
    }

    /// The body, or an empty object when there is none.
    func object(limit: Int = Limits.standardBody, keys: Set<String>) async throws -> [String: JSONValue] {
        let bytes = try await request.bytes(limit: limit)
        guard !bytes.isEmpty else { return [:] }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Problem(.badRequest, "the body is \(error)")
        }
        guard case .object(let object) = value else { throw Problem(.badRequest, "the body must be an object") }
        if let unknown = object.keys.sorted().first(where: { !keys.contains($0) }) {
            throw Problem(
                .badRequest,
                "there is no '\(unknown.prefix(100))' here; there are: \(keys.sorted().joined(separator: ", "))")
        }
        return object
    }
}
