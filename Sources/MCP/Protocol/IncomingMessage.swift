package import JSON

/// What a client sends: one JSON object of JSON-RPC 2.0.
package enum IncomingMessage: Sendable, Equatable {
    case request(RequestID, method: String, parameters: JSONValue)
    /// Is never answered.
    case notification(method: String, parameters: JSONValue)
    /// An answer: nothing of ours asks, so that it is left alone.
    case answer
    /// What cannot be served, and under which id that is said, if it has one.
    case faulty(RequestID?, ProtocolError)

    /// - Parameter bytes: one message, without the end of its line.
    package init(parsing bytes: [UInt8]) {
        do {
            self.init(try JSONValue(parsing: bytes))
        } catch {
            self = .faulty(nil, .notJSON("\(error)"))
        }
    }

    package init(_ value: JSONValue) {
        guard case .object(let members) = value else {
            self = .faulty(nil, .noRequest("a message is one JSON object, not \(value.kindName); there are no batches"))
            return
        }
        let id = RequestID(members["id"])
        guard members["jsonrpc"] == .string("2.0") else {
            self = .faulty(id, .noRequest("a message has \"jsonrpc\": \"2.0\""))
            return
        }
        guard let named = members["method"] else {
            let isAnswer = members["result"] != nil || members["error"] != nil
            self = isAnswer ? .answer : .faulty(id, .noRequest("the message has no method"))
            return
        }
        guard case .string(let method) = named else {
            self = .faulty(id, .noRequest("a method is a text, not \(named.kindName)"))
            return
        }
        let parameters = members["params"] ?? .object([:])
        if let id {
            self = .request(id, method: method, parameters: parameters)
        } else if let given = members["id"] {
            self = .faulty(nil, .noRequest("an id is a whole number or a text, not \(given.kindName)"))
        } else {
            self = .notification(method: method, parameters: parameters)
        }
    }
}
