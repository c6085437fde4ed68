import CLinux
import Glibc

/// What a loop can wait for, as the number that epoll hands back.
struct PollSource: Hashable {
    enum Kind: UInt64 { case bell, signals, process, output, runner, mail, worker }

    let kind: Kind
    /// A file descriptor, or a runner's id.
    let number: Int

    init(_ kind: Kind, _ number: Int = 0) {
        self.kind = kind
        self.number = number
    }

    init?(_ raw: UInt64) {
        guard let kind = Kind(rawValue: raw >> 56) else { return nil }
        self.init(kind, Int(raw & 0xFF_FFFF_FFFF_FFFF))
    }

    var raw: UInt64 { kind.rawValue << 56 | UInt64(number) }
}

/// An epoll instance.
final class Poller {
    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 256)

    init() throws(SystemCallError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemCallError("epoll_create1") }
    }

    deinit { close(descriptor) }

    /// Reports `file` as `source` while it is readable; `forWriting`: while it has room.
    func add(_ file: Int32, as source: PollSource, forWriting: Bool = false) throws(SystemCallError) {
        var event = epoll_event()
        event.events = forWriting ? EPOLLOUT.rawValue : EPOLLIN.rawValue
        event.data.u64 = source.raw
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, file, &event) == 0 else { throw SystemCallError("epoll_ctl") }
    }

    /// Must come before `file` is closed: a sibling that is being spawned may keep it open, and it would go on to be
    /// reported under a number that means another file by then.
    func remove(_ file: Int32) {
        epoll_ctl(descriptor, EPOLL_CTL_DEL, file, nil)
    }

    /// Waits at most `milliseconds` (`nil`: until something comes) and returns what is readable.
    func wait(_ milliseconds: Int?) -> [PollSource] {
        let timeout = milliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
        let count = epoll_wait(descriptor, &events, Int32(events.count), timeout)
        guard count > 0 else { return [] }  // time is up, or a signal came
        return events[..<Int(count)].compactMap { PollSource($0.data.u64) }
    }
}

/// A system call that failed.
package struct SystemCallError: Error, CustomStringConvertible {
    package let call: String
    package let code: Int32

    /// With the present `errno`.
    package init(_ call: String) { self.init(call, code: errno) }

    package init(_ call: String, code: Int32) {
        self.code = code
        self.call = call
    }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
