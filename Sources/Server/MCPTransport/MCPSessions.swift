import MCP
import Synchronization

/// The conversations of clients of the Model Context Protocol. What they start is in the database; a session only knows
/// which requests are under way.
final class MCPSessions: Sendable {
    private struct Entry {
        let session: Session
        var usedAt: Int
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let make: @Sendable () -> Session

    private static let capacity = 1_000
    /// Milliseconds after which a session that is not used is forgotten.
    private static let idle = 3_600_000

    init(_ make: @escaping @Sendable () -> Session) { self.make = make }

    /// For a client that keeps no session.
    func passing() -> Session { make() }

    /// - Parameter now: in milliseconds of any clock.
    func open(now: Int) -> (id: String, session: Session) {
        var generator = SystemRandomNumberGenerator()
        let id = (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
        let session = make()
        let forgotten = entries.withLock { entries -> [Entry] in
            var forgotten = entries.filter { now - $0.value.usedAt > Self.idle }
            if entries.count - forgotten.count >= Self.capacity,
                let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                forgotten[oldest.key] = oldest.value
            }
            for key in forgotten.keys { entries[key] = nil }
            entries[id] = Entry(session: session, usedAt: now)
            return Array(forgotten.values)
        }
        for entry in forgotten { entry.session.end() }
        return (id, session)
    }

    /// `nil`: there is none, or it has been forgotten.
    func find(_ id: String, now: Int) -> Session? {
        entries.withLock { entries in
            entries[id]?.usedAt = now
            return entries[id]?.session
        }
    }

    /// - Returns: `false` when there was none.
    func end(_ id: String) -> Bool {
        let entry = entries.withLock { $0.removeValue(forKey: id) }
        entry?.session.end()
        return entry != nil
    }
}
