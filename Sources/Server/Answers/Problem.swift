package import HTTPTypes
package import JSON

/// Why a request was refused: problem details as RFC 9457 has them, and Conductor's own shape below `/api`.
package struct Problem: Error, Sendable {
    package var status: HTTPResponse.Status
    /// What is wrong and how to mend it.
    package var detail: String
    /// Further members.
    package var members: [String: JSONValue]
    package var headers: HTTPFields

    package init(
        _ status: HTTPResponse.Status, _ detail: String, members: [String: JSONValue] = [:], headers: HTTPFields = [:]
    ) {
        self.status = status
        self.detail = detail
        self.members = members
        self.headers = headers
    }

    /// The body of the answer to a request for `path`; `nil`: it is not known.
    func json(path: String?) -> JSONValue {
        if let path, path == "/api" || path.hasPrefix("/api/") { return conductorJSON(path: path) }
        var object = members
        object["title"] = .string(status.reasonPhrase)
        object["status"] = .integer(status.code)
        object["detail"] = .string(detail)
        object["instance"] = path.map { .string($0) }
        return .object(object)
    }

    private func conductorJSON(path: String) -> JSONValue {
        .object([
            "status": .integer(status.code), "message": .string(detail), "instance": .string(path),
            "retryable": .bool(status.code == 429 || status.code == 503),
        ])
    }
}
