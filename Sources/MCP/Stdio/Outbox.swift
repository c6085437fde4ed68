import CLinux
import Glibc
import Synchronization

/// Lines for the client that are not written yet. Any task posts; the thread of the host writes.
final class Outbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// Bytes that are written already.
        var written = 0
        /// Requests whose answers are still to come.
        var open = 0
    }

    /// Readable when something was posted.
    let descriptor: Int32
    private let state = Mutex(State())

    /// Progress is left out while so much waits: the client reads slowly.
    private static let patience = 1 << 20

    init?() {
        descriptor = clinux_eventfd()
        guard descriptor >= 0 else { return nil }
    }

    deinit { Glibc.close(descriptor) }

    func begin() { state.withLock { $0.open += 1 } }

    func end() {
        state.withLock { $0.open -= 1 }
        ring()
    }

    func post(_ message: OutgoingMessage) {
        let line = message.text.utf8
        state.withLock { state in
            guard message.isAnswer || state.bytes.count - state.written < Self.patience else { return }
            state.bytes += line
            state.bytes.append(0x0A)
        }
        ring()
    }

    var open: Int { state.withLock { $0.open } }
    var waiting: Int { state.withLock { $0.bytes.count - $0.written } }

    /// Hands out what waits, at most `count` bytes, to be written; `drop` takes away what was.
    func next(_ count: Int) -> [UInt8] { state.withLock { Array($0.bytes[$0.written...].prefix(count)) } }

    func drop(_ count: Int) {
        state.withLock { state in
            state.written += count
            // Not with each piece: a long answer is written in many.
            guard state.written == state.bytes.count || state.written > 1 << 20 else { return }
            state.bytes.removeFirst(state.written)
            state.written = 0
        }
    }

    func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
