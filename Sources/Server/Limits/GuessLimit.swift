import Synchronization

/// Counts wrong tokens by where they come from, so that nobody can try many.
final class GuessLimit: Sendable {
    private struct Window {
        var minute: Int
        var guesses: Int
    }

    private let windows = Mutex<[Peer: Window]>([:])
    private let allowed: Int
    /// Places that are remembered.
    private static let capacity = 10_000

    init(allowed: Int) { self.allowed = allowed }

    /// - Parameter minute: of any clock.
    func isOver(_ peer: Peer, minute: Int) -> Bool {
        windows.withLock { windows in
            guard let window = windows[peer], window.minute == minute else { return false }
            return window.guesses >= allowed
        }
    }

    func note(_ peer: Peer, minute: Int) {
        windows.withLock { windows in
            if windows.count >= Self.capacity { windows = windows.filter { $0.value.minute == minute } }
            if windows.count >= Self.capacity { windows = [:] }
            var window = windows[peer] ?? Window(minute: minute, guesses: 0)
            if window.minute != minute { window = Window(minute: minute, guesses: 0) }
            window.guesses += 1
            windows[peer] = window
        }
    }
}
