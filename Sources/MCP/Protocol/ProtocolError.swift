package import JSON

/// An error of the protocol: the request itself could not be served. What goes wrong within a tool is a result instead.
package struct ProtocolError: Error, Sendable, Equatable {
    package let code: Int
    package let message: String
    package var data: JSONValue?

    package init(code: Int, message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    static func notJSON(_ message: String) -> ProtocolError { ProtocolError(code: -32700, message: message) }
    static func noRequest(_ message: String) -> ProtocolError { ProtocolError(code: -32600, message: message) }
    static func noMethod(_ method: String) -> ProtocolError {
        ProtocolError(code: -32601, message: "there is no method '\(method.prefix(100))' here")
    }
    static func badParameters(_ message: String) -> ProtocolError { ProtocolError(code: -32602, message: message) }
    static let noResourceCode = -32002
    static func noResource(_ address: String) -> ProtocolError {
        ProtocolError(
            code: noResourceCode,
            message: "there is no resource '\(address.prefix(200))'; resources/list has those that there are",
            data: .object(["uri": .string(address)]))
    }
}
