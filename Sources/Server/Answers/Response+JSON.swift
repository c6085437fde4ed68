package import HTTPTypes
package import Hummingbird
package import JSON
import NIOCore

extension Response {
    /// JSON in one line, with its end.
    package static func json(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, type: String = "application/json",
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: value.text + "\n")))
    }
}

extension Request {
    /// The body, as JSON.
    ///
    /// - Throws: `Problem` when it is longer than `limit` bytes, no JSON, or nested more than 512 deep.
    package func json(limit: Int = Limits.standardBody) async throws -> JSONValue {
        let bytes = try await bytes(limit: limit)
        guard !bytes.isEmpty else { throw Problem(.badRequest, "the request has no body; send JSON") }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw Problem(.badRequest, "the body is \(error)")
        }
    }

    /// - Throws: `Problem` when the body is longer than `limit` bytes.
    package func bytes(limit: Int) async throws -> [UInt8] {
        let tooLarge = Problem(
            .contentTooLarge, "the body is longer than \(limit) bytes", headers: [.connection: "close"])
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else { throw tooLarge }
            bytes += part.readableBytesView
        }
        return bytes
    }
}
