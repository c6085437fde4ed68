import CLinux
import Engine
import Glibc

/// An eventfd, open as long as anybody may ring it or wait for it.
final class EventDescriptor: Sendable {
    let number: Int32

    init() throws(SystemCallError) {
        number = clinux_eventfd()
        guard number >= 0 else { throw SystemCallError("eventfd") }
    }

    deinit { close(number) }

    func ring() {
        var one: UInt64 = 1
        _ = write(number, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes back what was rung, if anything was.
    func drain() {
        var count: UInt64 = 0
        _ = read(number, &count, MemoryLayout<UInt64>.size)
    }

    /// Blocks the thread until it is rung.
    func wait() {
        var file = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        poll(&file, 1, -1)
        drain()
    }
}
