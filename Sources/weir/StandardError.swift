import Glibc
import Synchronization

/// What is for people goes to standard error, so that standard output holds ids and data alone.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func print(_ line: String) { write(Terminal.safe(line, for: STDERR_FILENO) + "\n") }

    static func write(_ text: String) {
        if isLossy.load(ordering: .relaxed) {
            Output.offer(text, to: STDERR_FILENO)
        } else {
            Output.write(text, to: STDERR_FILENO)
        }
    }

    /// While jobs run here, a reader that is slow or gone may neither hold up their runner nor end it: what does not
    /// fit is left out.
    static func becomeLossy(_ lossy: Bool) { isLossy.store(lossy, ordering: .relaxed) }

    private static let isLossy = Atomic(false)
}

/// Unbuffered output that copes with short writes.
enum Output {
    static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    /// Writes as much as can be written without waiting.
    static func offer(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                // A pipe that polls as writable takes this much at once.
                var file = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&file, 1, 0) == 1, file.revents & Int16(POLLOUT) != 0 else { return }
                let count = Glibc.write(descriptor, rest.baseAddress, min(rest.count, 4096))
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    /// Ends the program quietly when nobody reads any more.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EPIPE { exit(141) }
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

/// Text from jobs, files and other people, as it may be shown on a terminal.
enum Terminal {
    /// On a terminal, control characters (escapes, carriage returns, bidirectional overrides) become visible instead of
    /// being obeyed; elsewhere the text is left as it is.
    static func safe(_ text: String, for descriptor: Int32) -> String {
        isatty(descriptor) == 1 ? visible(text) : text
    }

    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isDangerous(scalar) {
                result +=
                    scalar.value < 0x20
                    ? "^" + String(UnicodeScalar(UInt8(scalar.value + 0x40)))
                    : "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The columns of standard output: `$COLUMNS`, else the terminal's, else 100.
    static func width() -> Int {
        if let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), (20...1_000).contains(columns) {
            return columns
        }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 else { return 100 }
        return Int(size.ws_col)
    }

    private static func isDangerous(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
