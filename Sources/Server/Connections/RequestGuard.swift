import HTTPTypes
import NIOCore
import NIOHTTP1

/// Looks at requests before what they say of their server is put into one place: a request that names two servers, or none,
/// is refused, and the server that its target names is the one that counts (RFC 9112, 3.2). And every request that is the
/// last of its connection says so in one way.
final class RequestGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let line: RequestLineWatch
    private var isOver = false

    init(line: RequestLineWatch) { self.line = line }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            do throws(RequestFault) {
                try Self.check(&head)
            } catch {
                isOver = true
                return context.fireErrorCaught(error)
            }
            Self.markLast(&head)
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body: context.fireChannelRead(data)
        case .end:
            line.begin()
            context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        guard !isOver else { return }
        isOver = true
        context.fireErrorCaught(RequestFault(error, isLineLong: line.isTooLong))
    }

    static func check(_ head: inout HTTPRequestHead) throws(RequestFault) {
        let hosts = head.headers["Host"].count
        guard hosts <= 1 else { throw RequestFault(.badRequest, "there are \(hosts) Host headers; send one") }
        guard hosts == 1 || head.version.minor == 0 else {
            throw RequestFault(.badRequest, "the Host header is missing")
        }
        guard !head.uri.hasPrefix("/"), head.uri != "*" else { return }
        guard let authority = authority(of: head.uri) else {
            throw RequestFault(.badRequest, "'\(head.uri.prefix(100))' is no target of a request; it begins with '/'")
        }
        head.headers.replaceOrAdd(name: "Host", value: authority)
    }

    /// The decoder reads nothing behind a request that asks for another protocol, which clients of HTTP/2 do, so that its
    /// connection ends with the answer. Those of HTTP/1.0 wait for the end of the connection.
    private static func markLast(_ head: inout HTTPRequestHead) {
        guard !head.isKeepAlive || head.headers.contains(name: "Upgrade") else { return }
        head.headers.replaceOrAdd(name: "Connection", value: "close")
    }

    /// `http://NAME:PORT/path` → `NAME:PORT`
    private static func authority(of target: String) -> String? {
        guard let match = target.prefixMatch(of: /[Hh][Tt][Tt][Pp][Ss]?:\/\/([^\/?#]+)/) else { return nil }
        return String(match.1)
    }
}
