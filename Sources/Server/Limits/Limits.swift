package import NIOCore

/// How much one client may ask for.
package struct Limits: Sendable {
    /// Bytes of a body, where a route allows no more.
    package static let standardBody = 1 << 20
    /// Bytes of a body that holds definitions or a batch.
    package static let largeBody = 16 << 20
    /// Bytes of all headers together, and of one.
    package static let headers = 32 << 10
    package static let headerCount = 100
    /// Bytes of a path with its query.
    package static let path = 8 << 10
    /// Elements of a page, where the client does not say, and at the most.
    package static let page = 50
    package static let largestPage = 500

    /// Connections at once.
    package var connections = 1_024
    /// Of them, those of one peer that is not the server's own user: a user, or an address.
    package var connectionsOfStranger = 128
    /// Until the first request is there, with all of its headers.
    package var firstHead = TimeAmount.seconds(15)
    /// The same for a peer that is not the server's own user.
    package var firstHeadOfStranger = TimeAmount.seconds(5)
    /// Between two requests. The SDKs of Conductor poll every 30 seconds.
    package var idle = TimeAmount.seconds(120)
    /// For the client to take the last answer and to close the connection.
    package var linger = TimeAmount.seconds(2)
    /// Between two looks whether a client that sends no more is still there.
    package var presence = TimeAmount.milliseconds(250)
    /// From a request's headers to the end of its body.
    package var body = TimeAmount.seconds(60)
    /// How long a client may leave what was sent to it unread.
    package var stall = TimeAmount.seconds(30)
    /// How long after an answer with tasks a reset connection means that its worker has not read it.
    package var unread = TimeAmount.seconds(10)
    /// Wrong tokens from one place in a minute.
    package var guesses = 20
    /// How long requests that are under way have when the server is stopped.
    package var stop = Duration.milliseconds(1_500)

    package init() {}
}
