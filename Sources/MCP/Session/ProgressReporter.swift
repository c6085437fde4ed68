import JSON
import Synchronization

/// Tells a client how far its request is, if it asked for that.
final class ProgressReporter: Sendable {
    /// `nil`: the client did not ask.
    private let token: JSONValue?
    private let send: @Sendable (OutgoingMessage) async -> Void
    private let last = Mutex(-1.0)

    /// - Parameter token: a number or a text; anything else is none.
    init(token: JSONValue?, send: @escaping @Sendable (OutgoingMessage) async -> Void) {
        self.token = RequestID(token) == nil ? nil : token
        self.send = send
    }

    /// What is no more than was told before is not told: progress only grows.
    func report(_ percent: Double, _ message: String) async {
        guard let token else { return }
        let isNews = last.withLock { last in
            guard percent > last else { return false }
            last = percent
            return true
        }
        guard isNews else { return }
        await send(
            .notification(
                method: "notifications/progress",
                .object([
                    "progressToken": token, "progress": .decimal(percent), "total": .integer(100),
                    "message": .string(message),
                ])))
    }
}
