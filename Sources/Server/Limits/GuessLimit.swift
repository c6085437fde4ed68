import Synchronization

/// Counts different wrong tokens by where they come from, so that nobody can try many. One that is sent again and again, as
/// by a browser with the cookie of an earlier token, is one guess.
final class GuessLimit: Sendable {
    private struct Window {
        var minute: Int
        /// Hashes, which tell nothing of what was sent.
        var guesses: Set<Int> = []
    }

    private let windows = Mutex<[Peer: Window]>([:])
    private let allowed: Int
    /// Places that are remembered.
    private static let capacity = 10_000

    init(allowed: Int) { self.allowed = allowed }

    /// Counts a wrong token.
    ///
    /// - Parameter minute: of any clock.
    /// - Returns: `false` when the peer has sent too many others within the minute.
    func allows(_ guess: String, of peer: Peer, minute: Int) -> Bool {
        windows.withLock { windows in
            if windows.count >= Self.capacity { windows = windows.filter { $0.value.minute == minute } }
            if windows.count >= Self.capacity { windows = [:] }
            var window = windows[peer] ?? Window(minute: minute)
            if window.minute != minute { window = Window(minute: minute) }
            let hash = guess.hashValue
            guard window.guesses.count < allowed || window.guesses.contains(hash) else { return false }
            window.guesses.insert(hash)
            windows[peer] = window
            return true
        }
    }
}
