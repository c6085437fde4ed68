import HTTPTypes
package import Hummingbird
package import Stores

/// Conductor's API as routes of a server.
package struct ConductorRoutes: Sendable {
    package let api: ConductorAPI

    /// Bytes that a request's body has at the most: definitions are long.
    private static let mostBytes = 16 << 20

    package init(store: StoreService) { api = ConductorAPI(store: store) }

    /// Adds everything below `/api`.
    package func add(to router: some RouterMethods<some RequestContext & DeliveryRoute>) {
        // All methods: which of them a path takes is the API's to say.
        for method in [HTTPRequest.Method.get, .head, .post, .put, .delete, .patch, .options, .trace] {
            router.on("/api/**", method: method) { request, context in try await answer(request, by: context) }
        }
    }

    /// What happens to executions without a request. Runs beside the server, until it is cancelled.
    package func watch() async throws { try await ExecutionClock(api).run() }

    private func answer(_ request: Request, by route: some DeliveryRoute) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.mostBytes)
        let answer = await api.answer(
            APIRequest(
                method: request.method.rawValue, path: request.uri.path, query: request.uri.query,
                body: Array(buffer: body)))
        var headers = HTTPFields()
        if !answer.body.isEmpty { headers[.contentType] = answer.contentType }
        if answer.status == 503 { headers[.retryAfter] = "1" }
        if !answer.allowed.isEmpty { headers[.allow] = answer.allowed.joined(separator: ", ") }
        let bytes = ByteBuffer(bytes: answer.body)
        guard let delivery = answer.delivery else {
            return Response(
                status: HTTPResponse.Status(code: answer.status), headers: headers,
                body: ResponseBody(byteBuffer: bytes))
        }
        let sending = ResponseBody(contentLength: bytes.readableBytes) { writer in
            await route.watch(delivery)
            do {
                try await writer.write(bytes)
                try await writer.finish(nil)
            } catch {
                delivery.giveBack()
                throw error
            }
            delivery.confirm()
        }
        return Response(status: HTTPResponse.Status(code: answer.status), headers: headers, body: sending)
    }
}
