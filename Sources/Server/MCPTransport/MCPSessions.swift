import MCP
import Synchronization

/// The sessions of clients of MCP. A session holds nothing but the requests that it is being asked just now, so that one
/// of before the server's last start goes on as if nothing had happened.
final class MCPSessions: Sendable {
    enum Found {
        case session(Session)
        /// Ended, or never begun here: the client begins anew.
        case unknown
    }

    private struct Entry {
        let session: Session
        /// Milliseconds of CLOCK_BOOTTIME.
        var usedAt: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Those that clients ended, the last of them.
        var ended: [String] = []
    }

    private let state = Mutex(State())
    /// What every id begins with, so that ids of other databases are told apart.
    private let prefix: String
    private let make: @Sendable () -> Session

    private static let most = 1_000
    private static let idle = 3_600_000
    private static let digits = 32

    /// - Parameter database: its path.
    init(database: String, make: @escaping @Sendable () -> Session) {
        let hash = database.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        prefix = Self.hexadecimal(hash)
        self.make = make
    }

    /// A new session and its id.
    func begin(at now: Int) -> (id: String, session: Session) {
        let id = prefix + (0..<2).map { _ in Self.hexadecimal(UInt64.random(in: 0 ... .max)) }.joined()
        let session = make()
        state.withLock { insert(session, id, now, &$0) }
        return (id, session)
    }

    func session(_ id: String, at now: Int) -> Found {
        guard isWellFormed(id) else { return .unknown }
        return state.withLock { state in
            if state.ended.contains(id) { return .unknown }
            if let entry = state.entries[id] {
                state.entries[id]?.usedAt = now
                return .session(entry.session)
            }
            let session = make()
            insert(session, id, now, &state)
            return .session(session)
        }
    }

    /// - Returns: `false` when there is no such session.
    func end(_ id: String) -> Bool {
        guard isWellFormed(id) else { return false }
        let (isKnown, entry) = state.withLock { state -> (Bool, Entry?) in
            guard !state.ended.contains(id) else { return (false, nil) }
            state.ended.append(id)
            if state.ended.count > Self.most { state.ended.removeFirst() }
            return (true, state.entries.removeValue(forKey: id))
        }
        entry?.session.end()
        return isKnown
    }

    private func insert(_ session: Session, _ id: String, _ now: Int, _ state: inout State) {
        if state.entries.count >= Self.most {
            // A session that is forgotten is made anew by its id.
            state.entries = state.entries.filter { now - $0.value.usedAt < Self.idle }
            if state.entries.count >= Self.most,
                let oldest = state.entries.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                state.entries[oldest.key] = nil
            }
        }
        state.entries[id] = Entry(session: session, usedAt: now)
    }

    private func isWellFormed(_ id: String) -> Bool {
        let rest = id.dropFirst(prefix.count).utf8
        return id.hasPrefix(prefix) && rest.count == Self.digits
            && rest.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
