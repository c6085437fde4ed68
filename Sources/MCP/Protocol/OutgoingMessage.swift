package import JSON

/// What is sent to a client.
package enum OutgoingMessage: Sendable, Equatable {
    case result(RequestID, JSONValue)
    case failure(RequestID?, ProtocolError)
    case notification(method: String, JSONValue)

    /// Whether it is the last word on a request.
    package var isAnswer: Bool {
        if case .notification = self { false } else { true }
    }

    package var value: JSONValue {
        switch self {
        case .result(let id, let result):
            .object(["jsonrpc": .string("2.0"), "id": id.value, "result": result])
        case .failure(let id, let error):
            .object(["jsonrpc": .string("2.0"), "id": id?.value ?? .null, "error": Self.value(of: error)])
        case .notification(let method, let parameters):
            .object(["jsonrpc": .string("2.0"), "method": .string(method), "params": parameters])
        }
    }

    /// One line, without its end.
    package var text: String { value.text }

    private static func value(of error: ProtocolError) -> JSONValue {
        var members: [String: JSONValue] = ["code": .integer(error.code), "message": .string(error.message)]
        members["data"] = error.data
        return .object(members)
    }
}
