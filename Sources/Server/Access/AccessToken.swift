import CLinux
import Glibc

/// The secret that lets in who cannot be known otherwise: 32 random bytes in hexadecimal digits, in the file `DB-token`.
package struct AccessToken: Sendable {
    private let bytes: [UInt8]

    package init(_ text: String) { bytes = Array(text.utf8) }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Takes as long whatever `given` is, but for its length.
    package func matches(_ given: some Collection<UInt8>) -> Bool {
        guard given.count == bytes.count, !bytes.isEmpty else { return false }
        return zip(bytes, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    package static func path(database: String) -> String { database + "-token" }

    /// Reads the database's token, and makes it when there is none.
    ///
    /// - Throws: `ServeError` when the file cannot be read or made, or others may read it.
    package static func load(database: String) throws -> AccessToken {
        let path = path(database: database)
        var file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if file < 0, errno == ENOENT {
            try make(path)
            file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        }
        guard file >= 0 else { throw ServeError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        try requirePrivate(file, path)
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &buffer, buffer.count)
        let token = AccessToken(
            String(decoding: buffer[..<max(0, count)], as: UTF8.self).trimmingWhitespace())
        guard token.bytes.count >= 32 else {
            throw ServeError("\(path): a token has at least 32 characters; remove the file to have a new one made")
        }
        return token
    }

    private static func requirePrivate(_ file: Int32, _ path: String) throws {
        switch clinux_secrecy(file) {
        case 0: return
        case 1: throw ServeError("\(path) belongs to another user; remove it to have a new one made")
        case 2: throw ServeError("\(path) can be read by others; remove it to have a new one made (or chmod 600 it)")
        default: throw ServeError("\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Under another name first, so that nobody reads half of it, and two servers that start at once agree.
    private static func make(_ path: String) throws {
        let draft = "\(path).\(getpid())"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw ServeError("\(draft): \(String(cString: strerror(errno)))") }
        defer { unlink(draft) }
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        let text = (0..<64).map { _ in digits[Int.random(in: 0..<16, using: &generator)] } + [0x0A]
        let written = write(file, text, text.count)
        close(file)
        guard written == text.count else { throw ServeError("\(draft): \(String(cString: strerror(errno)))") }
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw ServeError("\(path): \(String(cString: strerror(errno)))")
        }
    }
}

extension String {
    func trimmingWhitespace() -> String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return String(text)
    }
}
