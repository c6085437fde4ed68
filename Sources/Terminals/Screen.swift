import CLinux
import Glibc

/// A whole terminal: raw keys in, frames out. One at a time in a process.
///
/// The terminal is given back by `close`, at the end of the process, after a fault of it, and while it is stopped.
package final class Screen {
    /// What happened.
    package enum Event: Equatable, Sendable {
        case key(Key)
        /// The size changed, or what is shown was lost: draw again.
        case redraw
        /// It is time to go: a signal, or the terminal went away.
        case end(signal: Int32?)
    }

    /// Why there is none.
    package enum Fault: Error, CustomStringConvertible {
        case noTerminal
        case dumb
        case system(call: String, errno: Int32)

        package var description: String {
            switch self {
            case .noTerminal: "standard input and output are not both a terminal"
            case .dumb: "the terminal can only print lines (TERM is unset or 'dumb')"
            case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
            }
        }
    }

    private let input = STDIN_FILENO
    private let output = STDOUT_FILENO
    private let signals: Int32
    private var blockedBefore = sigset_t()
    private var decoder = KeyDecoder()
    private var renderer: Renderer
    private var isOpen = false
    private var pending: [Event] = []

    private static let ends = [SIGTERM, SIGINT, SIGHUP]
    /// An escape that nothing follows for so many milliseconds is the key.
    private static let escapeDelay: Int32 = 50

    /// Takes the terminal.
    ///
    /// - Parameter environment: `TERM`, `NO_COLOR`.
    package init(environment: [String: String]) throws(Fault) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .noTerminal }
        let type = environment["TERM"] ?? ""
        guard !type.isEmpty, type != "dumb" else { throw .dumb }
        renderer = Renderer(colours: environment["NO_COLOR"]?.isEmpty ?? true)
        var set = sigset_t()
        sigemptyset(&set)
        for signal in Self.ends + [SIGTSTP, SIGCONT, SIGWINCH] { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, &blockedBefore)
        signals = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        guard signals >= 0 else { throw .system(call: "signalfd", errno: errno) }
        guard clinux_terminal_enter(output) == 0 else { throw .system(call: "tcsetattr", errno: errno) }
        isOpen = true
    }

    deinit {
        close()
        Glibc.close(signals)
        pthread_sigmask(SIG_SETMASK, &blockedBefore, nil)
    }

    /// Gives the terminal back. Safe to repeat.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        clinux_terminal_leave()
    }

    /// The terminal's size in cells; 80 by 24 where it does not say.
    package var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Shows a frame. A terminal that takes nothing holds it up until a signal comes.
    package func show(_ grid: Grid) {
        var frame = renderer.frame(for: grid)
        let isWhole = frame.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        if !isWhole { renderer.forget() }
    }

    /// Waits for keys, signals or another descriptor.
    ///
    /// - Parameters:
    ///   - others: descriptors that end the wait when they are readable.
    ///   - milliseconds: how long at most.
    package func wait(alsoFor others: [Int32], atMost milliseconds: Int) -> [Event] {
        if !pending.isEmpty { return takePending() }
        var files = ([input, signals] + others).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let limit = decoder.isUndecided ? min(Int(Self.escapeDelay), milliseconds) : milliseconds
        let count = poll(&files, nfds_t(files.count), Int32(clamping: max(0, limit)))
        if files[1].revents != 0 { takeSignals() }
        if files[0].revents != 0 {
            readKeys()
        } else if decoder.isUndecided, count == 0 {
            pending += decoder.flush().map { .key($0) }
        }
        return takePending()
    }

    private func takePending() -> [Event] {
        defer { pending = [] }
        return pending
    }

    private func readKeys() {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(input, &bytes, bytes.count)
        if count > 0 {
            pending += decoder.decode(bytes[..<count]).map { .key($0) }
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            pending.append(.end(signal: nil))
        }
    }

    private func takeSignals() {
        var info = signalfd_siginfo()
        while read(signals, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
            switch Int32(info.ssi_signo) {
            case SIGWINCH:
                renderer.forget()
                pending.append(.redraw)
            case SIGTSTP: suspend()
            case SIGCONT: comeBack()
            case let signal: pending.append(.end(signal: signal))
            }
        }
    }

    /// Stops the process as Ctrl-Z does, with the terminal as the shell wants it, and goes on when it is continued.
    package func suspend() {
        guard isOpen else { return }
        clinux_terminal_leave()
        kill(getpid(), SIGSTOP)
        comeBack()
    }

    private func comeBack() {
        guard isOpen else { return }
        // After a stop that asked nobody (SIGSTOP) the shell has set its own mode: both ways the terminal is taken anew.
        clinux_terminal_leave()
        if clinux_terminal_enter(output) != 0 { pending.append(.end(signal: nil)) }
        renderer.forget()
        pending.append(.redraw)
    }

    /// Returns `false` when something that happened is more urgent than the rest of the frame.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            var files = [
                pollfd(fd: output, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&files, 2, -1) >= 0 || errno == EINTR else { return false }
            if files[1].revents != 0 {
                takeSignals()
                return false
            }
            guard files[0].revents != 0 else { continue }
            let count = Glibc.write(output, rest.baseAddress, min(rest.count, 4096))
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else {
                pending.append(.end(signal: nil))
                return false
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }
}
