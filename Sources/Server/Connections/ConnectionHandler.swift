import Conductor
import Glibc
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Ends connections whose client is slow or sends too much, tells those who send no HTTP what is wrong, and knows who made
/// the connection. One a connection, after the HTTP decoder.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: Limits
    private let counts: ConnectionCounts
    private var knownPeer: Peer?
    private var isCounted = false
    private var bodyBytes = 0
    /// Requests whose answers have not ended.
    private var open = 0
    /// There will be no further request: one side said so, or what came is no HTTP.
    private var isLast = false
    /// The client sends no more.
    private var isInputClosed = false
    /// Why what came is no request.
    private var refusal = FaultAnswer()
    private var readTimer: Scheduled<Void>?
    private var writeTimer: Scheduled<Void>?
    private var presenceTimer: RepeatedTask?
    /// The tasks of the last answer, until the client says something.
    private var watched: Watched?

    private struct Watched {
        let delivery: Delivery
        /// When its answer was begun.
        let since: NIODeadline
        /// The answer's bytes are on their way to the socket.
        var isWritten = false
    }

    init(limits: Limits, counts: ConnectionCounts) {
        self.limits = limits
        self.counts = counts
    }

    /// In the channel's event loop.
    func peer(of channel: any Channel) -> Peer {
        if let knownPeer { return knownPeer }
        let peer = Peer.find(of: channel)
        knownPeer = peer
        return peer
    }

    /// In the channel's event loop, before the answer is sent.
    func watch(_ delivery: Delivery, on channel: any Channel) {
        // What is sent by a connection that is gone may seem to be sent.
        guard channel.isActive, !isInputClosed || isPresent(channel) else {
            channel.close(promise: nil)
            return delivery.giveBack()
        }
        watched = Watched(delivery: delivery, since: .now())
    }

    /// A client that ends with an answer unread resets its connection. Later it may be somebody on the way who resets what
    /// is idle.
    private func lookAtDelivery(_ error: any Error) {
        guard let watched, let fault = error as? IOError,
            fault.errnoCode == ECONNRESET || fault.errnoCode == EPIPE, .now() - watched.since < limits.unread
        else { return }
        self.watched = nil
        watched.delivery.giveBack()
    }

    /// The client sends no more while it has tasks: as it is gone, perhaps with the answer unread. One whose connection is
    /// closing may for a moment seem to be there.
    private func lookAtDelivery(on channel: any Channel) {
        guard let watched, watched.isWritten, UnreadAnswer.isFound(on: channel) else { return }
        self.watched = nil
        watched.delivery.giveBack()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    /// Who sends no more gets the answer, if there is one to come and anybody is there to take it. What is on its way to one
    /// who is gone is told so, such as tasks for a worker that died while it waited.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            (isLast, isInputClosed) = (true, true)
            if watched != nil {
                lookAtDelivery(on: context.channel)
                return context.close(promise: nil)
            }
            guard open > 0 || refusal.isDue, isPresent(context.channel) else { return context.close(promise: nil) }
            lookAfter(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Whether a process has the other end of the connection. At the end of a process the kernel says what it says of a
    /// client that only has no more to send, but then no process has the socket.
    private func isPresent(_ channel: any Channel) -> Bool {
        guard let remote = channel.remoteAddress, let local = channel.localAddress else { return false }
        if case .unixDomainSocket = remote { return true }
        return isFar(remote) || SocketTable.owner(of: remote, connectedTo: local) != nil
    }

    /// Of processes on other hosts nothing is known.
    private func isFar(_ remote: SocketAddress) -> Bool {
        knownPeer?.uid == nil && !ServerSettings.isLoopback(remote.ipAddress ?? "")
    }

    /// The end of one who has said before that there is no more to come is told by nobody.
    private func lookAfter(_ context: ChannelHandlerContext) {
        guard presenceTimer == nil, let remote = context.channel.remoteAddress else { return }
        if case .unixDomainSocket = remote { return }
        if isFar(remote) { return expect(within: limits.linger, context) }
        let channel = NIOLoopBound(context.channel, eventLoop: context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        presenceTimer = context.eventLoop.scheduleRepeatedTask(
            initialDelay: limits.presence, delay: limits.presence
        ) { _ in
            if !handler.value.isPresent(channel.value) { channel.value.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let watched, !watched.isWritten { watched.delivery.giveBack() }
        watched = nil
        stopTimers()
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopTimers()
        leave()
    }

    private func leave() {
        guard isCounted, let knownPeer else { return }
        isCounted = false
        counts.leave(knownPeer)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard knownPeer == nil else { return }
        // Before the first request, whose sender may end before it is read.
        let peer = Peer.find(of: context.channel)
        knownPeer = peer
        guard counts.enter(peer) else { return context.close(promise: nil) }
        isCounted = true
        let isOurs = ConnectionCounts.isOurs(peer)
        expect(within: isOurs ? limits.firstHead : min(limits.firstHead, limits.firstHeadOfStranger), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            open += 1
            bodyBytes = 0
            refusal.isInRequest = true
            isLast = isLast || head.headerFields[.connection] == "close"
            watched = nil
            expect(within: limits.body, context)
        case .body(let part):
            bodyBytes += part.readableBytes
            // More than any route takes: what is left is not even read.
            guard bodyBytes <= Limits.largeBody + Limits.standardBody else { return context.close(promise: nil) }
        case .end:
            refusal.isInRequest = false
            readTimer?.cancel()
            readTimer = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        switch refusal.replacement(for: part) {
        case .itself: write(part, data, promise, context)
        case .nothing: promise?.succeed()
        case .parts(let parts):
            for part in parts { write(part, wrapOutboundOut(part), nil, context) }
            promise?.succeed()
        }
    }

    private func write(
        _ part: HTTPResponsePart, _ data: NIOAny, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) {
        switch part {
        case .head(let head):
            isLast = isLast || head.headerFields[.connection] == "close"
            guard isLast, open == 1, head.headerFields[.connection] == nil else { break }
            var last = head
            last.headerFields[.connection] = "close"
            return context.write(wrapOutboundOut(.head(last)), promise: promise)
        case .end:
            open = max(0, open - 1)
            if open == 0 { expect(within: isLast ? limits.linger : limits.idle, context) }
        case .body:
            if watched != nil { return context.write(data, promise: noting(promise, context)) }
        }
        context.write(data, promise: promise)
    }

    /// The tasks of an answer that the system did not take go back.
    private func noting(
        _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void>? {
        guard let delivery = watched?.delivery else { return promise }
        watched?.isWritten = true
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.whenFailure { _ in delivery.giveBack() }
        return written
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isLast = true
        lookAtDelivery(error)
        expect(within: limits.linger, context)
        guard let fault = error as? RequestFault else { return context.fireErrorCaught(error) }
        // What comes after the decoder answers such an error when all before it is answered.
        refusal.begin(fault)
        context.fireErrorCaught(HTTPParserError.unknown)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeTimer?.cancel()
        writeTimer = nil
        if !context.channel.isWritable { writeTimer = close(after: limits.stall, context) }
        context.fireChannelWritabilityChanged()
    }

    /// The connection ends unless something comes until then.
    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        readTimer?.cancel()
        readTimer = close(after: time, context)
    }

    private func close(after time: TimeAmount, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func stopTimers() {
        readTimer?.cancel()
        writeTimer?.cancel()
        presenceTimer?.cancel()
        (readTimer, writeTimer, presenceTimer) = (nil, nil, nil)
    }
}
