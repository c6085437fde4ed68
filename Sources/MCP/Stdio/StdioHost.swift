import Glibc
import Stores

/// Serves one client over a pair of pipes: a message a line. Its thread waits for nothing but the pipes: requests are
/// served by tasks, and a client that does not read holds up nobody but itself.
package struct StdioHost: Sendable {
    private let session: Session
    private let input: Int32
    private let output: Int32
    private let outbox: Outbox

    /// Bytes of a message.
    private static let longestLine = 16 << 20
    /// Nothing more is read while so many bytes wait to be written, or so many requests are being served.
    private static let mostWaiting = 8 << 20
    private static let mostOpen = 100
    /// After the end of the input, for what is being served: clients wait 2 s for the end of the process.
    private static let grace = Duration.milliseconds(1_000)

    /// - Returns: `nil` when the system has no descriptor left.
    package init?(session: Session, input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) {
        guard let outbox = Outbox() else { return nil }
        self.session = session
        self.input = input
        self.output = output
        self.outbox = outbox
    }

    /// Returns when the client has closed its end and what it asked for is answered, or given up.
    ///
    /// - Throws: an error when the system has no room for a thread.
    package func run() async throws {
        try await withCheckedThrowingContinuation { (end: CheckedContinuation<Void, any Error>) in
            do {
                try DedicatedThread.start {
                    loop()
                    end.resume()
                }
            } catch {
                end.resume(throwing: error)
            }
        }
    }

    private func loop() {
        signal(SIGPIPE, SIG_IGN)
        var reader = LineReader(limit: Self.longestLine)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var end: ContinuousClock.Instant?
        while true {
            if let end, outbox.open == 0 && outbox.waiting == 0 || ContinuousClock.now >= end { break }
            let reads = end == nil && outbox.waiting < Self.mostWaiting && outbox.open < Self.mostOpen
            var files = [
                pollfd(fd: reads ? input : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: outbox.waiting > 0 ? output : -1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: outbox.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let patience = end.map { ContinuousClock.now.duration(to: $0).components }
            let milliseconds = patience.map { max(0, $0.seconds * 1_000 + $0.attoseconds / 1_000_000_000_000_000) + 1 }
            poll(&files, 3, milliseconds.map { Int32(clamping: $0) } ?? -1)
            if files[2].revents != 0 { outbox.drain() }
            if files[1].revents != 0, !write() { break }
            guard files[0].revents != 0 else { continue }
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            if count > 0 {
                for line in reader.add(buffer[..<count]) { serve(line) }
            } else {
                if let line = reader.end() { serve(line) }
                end = ContinuousClock.now + Self.grace
            }
        }
        session.end()
    }

    private func serve(_ line: LineReader.Line) {
        let message: IncomingMessage =
            switch line {
            case .text(let bytes): IncomingMessage(parsing: bytes)
            case .tooLong: .faulty(nil, .noRequest("a message has \(Self.longestLine) bytes at most"))
            }
        guard let work = session.receive(message, send: { [outbox] in outbox.post($0) }) else { return }
        outbox.begin()
        // The thread goes on reading; the host waits until nothing is open.
        Task { [outbox] in
            await work.value
            outbox.end()
        }
    }

    /// As much as can be written without waiting: a pipe that polls as writable takes this much at once.
    ///
    /// - Returns: `false` when nobody reads any more.
    private func write() -> Bool {
        let bytes = outbox.next(4096)
        guard !bytes.isEmpty else { return true }
        let count = Glibc.write(output, bytes, bytes.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        outbox.drop(count)
        return true
    }
}
