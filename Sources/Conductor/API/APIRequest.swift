import JSON

/// A request to Conductor's API, whatever brought it.
package struct APIRequest: Sendable {
    package let method: String
    /// Decoded, without `api`.
    let path: [String]
    private let query: [(name: String, value: String)]
    package let body: [UInt8]

    /// - Parameters:
    ///   - path: as it stands in the request's line, from `/api/` on.
    ///   - query: what stands behind the `?`.
    package init(method: String, path: String, query: String?, body: [UInt8]) {
        self.method = method
        // Split first: a `/` that belongs to a name is encoded.
        self.path = path.split(separator: "/").dropFirst().map { Self.decoded(String($0), plusIsSpace: false) }
        self.query = (query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                Self.decoded(String(parts[0]), plusIsSpace: true),
                parts.count > 1 ? Self.decoded(String(parts[1]), plusIsSpace: true) : ""
            )
        }
        self.body = body
    }

    private static func decoded(_ text: String, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        func digit(_ byte: UInt8) -> UInt8? { Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) } }
        while let next = rest.popFirst() {
            if next == UInt8(ascii: "%"), rest.count >= 2, let high = digit(rest[rest.startIndex]),
                let low = digit(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && next == UInt8(ascii: "+") ? 0x20 : next)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: The query

    /// `nil` where it is absent or empty, and for `None`, which some clients write for nothing.
    func value(_ name: String) -> String? {
        query.first { $0.name == name && !$0.value.isEmpty && $0.value != "None" }?.value
    }

    func values(_ name: String) -> [String] { query.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

    func flag(_ name: String, else standard: Bool = false) -> Bool {
        value(name).map { $0.lowercased() == "true" } ?? standard
    }

    /// - Throws: a fault where something else stands there.
    func number(_ name: String) throws(ConductorFault) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text) else { throw ConductorFault(400, "\(name) is a whole number, not '\(text)'") }
        return number
    }

    // MARK: The body

    /// - Throws: a fault where the body is no JSON.
    func json() throws(ConductorFault) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: body)
        } catch {
            throw ConductorFault(400, "the body is \(error)")
        }
    }

    /// An object; no body is one without members.
    func object() throws(ConductorFault) -> JSONValue {
        guard !body.isEmpty else { return .object([:]) }
        let value = try json()
        if value == .null { return .object([:]) }
        guard value.object != nil else { throw ConductorFault(400, "the body is an object, not \(value.kindName)") }
        return value
    }

    func list() throws(ConductorFault) -> [JSONValue] {
        let value = try json()
        guard let list = value.list else { throw ConductorFault(400, "the body is a list, not \(value.kindName)") }
        return list
    }

    /// A list of ids.
    func ids() throws(ConductorFault) -> [String] { try list().compactMap(\.string) }
}

/// What the API answers.
package struct APIResponse: Sendable {
    package var status = 200
    package var contentType = "application/json"
    package var body: [UInt8] = []
    /// The methods that the path takes, where it was asked with another.
    package var allowed: [String] = []
    /// What goes back unless the answer is sent.
    package var delivery: Delivery?

    static let empty = APIResponse()
    static let nothing = APIResponse(status: 204)

    static func json(_ value: JSONValue, status: Int = 200) -> APIResponse {
        APIResponse(status: status, body: Array(value.text.utf8))
    }

    static func text(_ text: String) -> APIResponse {
        APIResponse(contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    package static func fault(_ fault: ConductorFault) -> APIResponse {
        var response = json(fault.json, status: fault.status)
        response.allowed = fault.allowed
        return response
    }
}
