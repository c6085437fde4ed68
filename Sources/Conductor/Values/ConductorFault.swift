package import JSON

/// Why a request was refused, as Conductor's clients are told: a status of HTTP and a message for people.
package struct ConductorFault: Error, Sendable, CustomStringConvertible {
    package var status: Int
    package var message: String
    /// What is wrong with a definition, each with its path.
    package var validationErrors: [(path: String, message: String)] = []

    /// The methods that a path takes, where it was asked with another.
    package var allowed: [String] = []

    package init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    package static func invalid(_ errors: [(path: String, message: String)]) -> ConductorFault {
        var fault = ConductorFault(400, "Validation failed, check below errors for detail.")
        fault.validationErrors = errors
        return fault
    }

    package static func invalid(_ path: String, _ message: String) -> ConductorFault { invalid([(path, message)]) }

    package var description: String {
        ([message] + validationErrors.map { "\($0.path): \($0.message)" }).joined(separator: "; ")
    }

    /// The body of the answer.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "status": .integer(status), "message": .string(message), "retryable": .bool(status == 503),
            "instance": .string("weir"),
        ]
        if !validationErrors.isEmpty {
            members["validationErrors"] = .list(
                validationErrors.map { .object(["path": .string($0.path), "message": .string($0.message)]) })
        }
        return .object(members)
    }
}
