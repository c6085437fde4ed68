import Jobs
import Synchronization

/// Who asked when, so that polls that bring nothing are written down now and then only.
final class PollNotes: Sendable {
    private struct Key: Hashable {
        let type: RemoteType
        let worker: String
    }

    private let moments = Mutex<[Key: ContinuousClock.Instant]>([:])
    private static let interval = Duration.seconds(5)

    /// Whether the poll is to be written down.
    func isDue(_ type: RemoteType, worker: String) -> Bool {
        moments.withLock { moments in
            // A program that gives a new name with each poll must not fill the memory.
            if moments.count > 10_000 { moments = [:] }
            let now = ContinuousClock.now
            let key = Key(type: type, worker: worker)
            if let last = moments[key], now - last < Self.interval { return false }
            moments[key] = now
            return true
        }
    }
}
