import HTTPTypes
import Hummingbird
import NIOCore

/// `/metrics`
struct MetricsRoutes {
    let services: ServerServices

    func add(to router: some RouterMethods<ServerContext>) {
        let reader = MetricsReader(store: services.store)
        router.get("metrics") { [registry = services.metrics] _, _ in
            var text = try await reader.read()
            registry.write(to: &text)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text.text)))
        }
    }
}
