import NIOCore

/// Knows how long a request's first line is: where the decoder finds too much, it does not say of what.
final class RequestLineWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var bytes = 0
    private var isWhole = false

    var isTooLong: Bool { bytes > Limits.path }

    /// Another request begins.
    func begin() { (bytes, isWhole) = (0, false) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isWhole {
            let part = unwrapInboundIn(data).readableBytesView
            let end = part.firstIndex(of: UInt8(ascii: "\n"))
            bytes += (end ?? part.endIndex) - part.startIndex
            isWhole = end != nil
        }
        context.fireChannelRead(data)
    }
}
