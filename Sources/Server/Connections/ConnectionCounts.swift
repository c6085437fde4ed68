import Glibc
import Synchronization

/// Open connections by who made them, so that a stranger cannot take those of the server's own user.
final class ConnectionCounts: Sendable {
    private let counts = Mutex<[Peer: Int]>([:])
    private let allowed: Int

    /// - Parameter allowed: of each peer but the server's own user, who has as many as there are.
    init(allowed: Int) { self.allowed = allowed }

    static func isOurs(_ peer: Peer) -> Bool { peer.uid == geteuid() }

    /// - Returns: whether the peer may have one more; then `leave` is called for it once.
    func enter(_ peer: Peer) -> Bool {
        guard !Self.isOurs(peer) else { return true }
        return counts.withLock { counts in
            let count = counts[peer, default: 0]
            guard count < allowed else { return false }
            counts[peer] = count + 1
            return true
        }
    }

    func leave(_ peer: Peer) {
        guard !Self.isOurs(peer) else { return }
        counts.withLock { counts in
            let left = (counts[peer] ?? 0) - 1
            counts[peer] = left > 0 ? left : nil
        }
    }
}
