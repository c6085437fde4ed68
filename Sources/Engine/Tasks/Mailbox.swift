import CLinux
import Glibc
import Synchronization

/// What other threads tell a runner's loop. Any thread posts; the loop's poller watches `descriptor` and takes all.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case output(AttemptKey, bytes: [UInt8], isError: Bool)
        case progress(AttemptKey, percent: Double, message: String?)
        case checkpoint(AttemptKey, String)
        case ended(AttemptKey, TaskOutcome)
        case drain(isGentle: Bool)
    }

    /// An eventfd: readable while something waits.
    let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    init() throws(SystemCallError) {
        descriptor = clinux_eventfd()
        guard descriptor >= 0 else { throw SystemCallError("eventfd") }
    }

    deinit { close(descriptor) }

    func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        // Whoever takes the messages takes all of them, so that one ring is enough.
        guard isFirst else { return }
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    func takeAll() -> [Message] {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return messages.withLock { messages in
            defer { messages.removeAll(keepingCapacity: messages.count < 1_024) }
            return messages
        }
    }
}
