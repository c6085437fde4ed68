import HTTPTypes
import Hummingbird
import NIOCore
import Pages

/// The web page: `/`, and its parts below `/page/`. They hold nothing of the database, so they need no token; what the
/// page shows comes from `/v1`, which does.
struct PageRoutes {
    func add(to router: some RouterMethods<ServerContext>) {
        add(PageFile.start, at: "/", to: router)
        for part in PageFile.parts { add(part, at: "/page/\(part.name)", to: router) }
    }

    private func add(_ file: PageFile, at path: String, to router: some RouterMethods<ServerContext>) {
        router.get(RouterPath(path)) { request, _ in Self.answer(request, file) }
    }

    private static func answer(_ request: Request, _ file: PageFile) -> Response {
        let headers: HTTPFields = [
            .contentType: file.contentType,
            .contentSecurityPolicy: PageFile.contentSecurityPolicy,
            .eTag: file.entityTag,
            // The browser keeps it, and asks each time whether it is still the same: a new program brings a new page.
            .cacheControl: "no-cache",
        ]
        guard request.headers[.ifNoneMatch] != file.entityTag else {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
