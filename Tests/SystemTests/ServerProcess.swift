import Glibc
import JSON
import TestSupport

/// A `weir serve` that a test started, and requests to it.
final class ServerProcess {
    let process: TestProcess
    let port: Int
    private let host: Host

    init(_ host: Host, _ arguments: String..., directory: String? = nil) throws {
        self.host = host
        process = try host.start(["serve", "--port", "0"] + arguments, directory: directory)
        let process = process
        try eventually("an address: \(process.error)", within: 60) {
            guard process.isRunning else { throw TestFailure("serve has ended: \(process.error)") }
            return process.error.contains("; the token is in")
        }
        guard let match = process.error.firstMatch(of: /:(\d+); the token/), let port = Int(match.1) else {
            throw TestFailure("no port in: \(process.error)")
        }
        self.port = port
    }

    var token: String { Files.read(host.database + "-token").filter { !$0.isNewline } }

    /// Sends a request such as a program would, and reads the whole answer.
    func request(
        _ method: String, _ path: String, body: String? = nil, headers: [String] = [], host name: String? = nil
    ) throws -> HTTPReply {
        let socket = try ClientSocket(port: port)
        var lines =
            ["\(method) \(path) HTTP/1.1", "Host: \(name ?? "127.0.0.1:\(port)")", "Connection: close"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        try socket.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return try socket.reply()
    }

    func get(_ path: String) throws -> JSONValue {
        let reply = try request("GET", path)
        guard reply.status == 200 else { throw TestFailure("GET \(path): \(reply.status) \(reply.body)") }
        return try reply.json
    }

    @discardableResult
    func post(_ path: String, _ body: String = "{}", headers: [String] = []) throws -> JSONValue {
        let reply = try request("POST", path, body: body, headers: headers)
        guard (200..<300).contains(reply.status) else {
            throw TestFailure("POST \(path): \(reply.status) \(reply.body)")
        }
        return try reply.json
    }

    func stop() throws {
        process.send(SIGTERM)
        let end = try process.wait(within: 60)
        guard end.exitCode == 0 else { throw TestFailure("serve ended with \(end): \(process.error)") }
    }
}

struct HTTPReply {
    let status: Int
    let head: String
    let body: String

    /// - Parameter text: of one answer, from its first line to its end.
    init(_ text: String) throws {
        guard let end = text.firstRange(of: "\r\n\r\n"), let status = text.firstMatch(of: /HTTP\/1\.1 (\d{3})/) else {
            throw TestFailure("no answer of HTTP: '\(text.prefix(200))'")
        }
        let head = String(text[..<end.lowerBound])
        let body = String(text[end.upperBound...])
        self.status = Int(status.1) ?? 0
        self.head = head
        self.body = head.lowercased().contains("transfer-encoding: chunked") ? Self.joined(body) : body
    }

    var json: JSONValue {
        get throws { try JSONValue(parsing: body) }
    }

    func header(_ name: String) -> String? {
        head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }.map {
            $0.dropFirst(name.count + 1).trimmingPrefix(" ").description
        }
    }

    /// The text of chunks of ASCII.
    private static func joined(_ chunks: String) -> String {
        var rest = Array(chunks.utf8)[...]
        var bytes: [UInt8] = []
        while let end = rest.firstIndex(of: 0x0D),
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16)
        {
            rest = rest[(end + 2)...]
            guard size > 0, rest.count >= size + 2 else { break }
            bytes += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A connection of which a test says every byte.
final class ClientSocket {
    private let file: Int32

    /// - Throws: when nobody takes the connection.
    init(port: Int) throws {
        file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard file >= 0, code == 0 else { throw TestFailure("no connection: error \(errno)") }
        // A server that hangs fails the test instead of stopping it.
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(file) }

    /// Returns `false` when the server has closed the connection.
    @discardableResult
    func send(_ text: String) throws -> Bool { trySend(Array(text.utf8)) }

    private func trySend(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// What comes next; empty at the end, `nil` when nothing comes for long.
    func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(file, &buffer, buffer.count, 0)
        if count < 0 { return errno == ECONNRESET ? [] : nil }
        return Array(buffer[..<count])
    }

    /// Says that there is no more to come, and goes on reading.
    func finishSending() { shutdown(file, Int32(SHUT_WR)) }

    /// Whether the server has the connection still open, and has sent nothing.
    var isSilent: Bool {
        var byte: UInt8 = 0
        return recv(file, &byte, 1, Int32(MSG_DONTWAIT | MSG_PEEK)) < 0 && errno == EAGAIN
    }

    /// Reads to the end of the connection.
    func rest() throws -> String {
        var bytes: [UInt8] = []
        while true {
            guard let part = read() else { throw TestFailure("the server neither answers nor closes") }
            if part.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += part
        }
    }

    /// The answer, when it is the only one up to the end of the connection.
    func reply() throws -> HTTPReply { try HTTPReply(rest()) }
}
