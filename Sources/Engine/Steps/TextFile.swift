import CLinux
import Glibc

/// Files that the engine reads and writes as a whole.
enum TextFile {
    /// - Parameters:
    ///   - limit: bytes that it may have.
    ///   - acceptsPipe: reads a pipe to its end too, and waits for that; of itself nothing waits for a writer.
    /// - Throws: a `StepFailure` for what is no file of data, cannot be read or is too large.
    static func bytes(_ path: String, limit: Int = 1 << 30, acceptsPipe: Bool = false) throws -> [UInt8] {
        let file = try opened(path, acceptsPipe: acceptsPipe)
        defer { close(file) }
        return try bytes(of: file, path, limit: limit)
    }

    private static func opened(_ path: String, acceptsPipe: Bool) throws -> Int32 {
        // To open a device may do something, so that it is asked before; and the answer may be old by then.
        var status = stat()
        guard stat(path, &status) == 0 else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
        try requireData(status, path, acceptsPipe: acceptsPipe)
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | (acceptsPipe ? 0 : O_NONBLOCK))
        guard file >= 0 else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
        do {
            guard fstat(file, &status) == 0 else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
            try requireData(status, path, acceptsPipe: acceptsPipe)
        } catch {
            close(file)
            throw error
        }
        return file
    }

    private static func requireData(_ status: stat, _ path: String, acceptsPipe: Bool) throws {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFIFO where acceptsPipe: return
        case S_IFDIR: throw StepFailure("\(path): this is a folder")
        default: throw StepFailure("\(path): this is no regular file")
        }
    }

    private static func bytes(of file: Int32, _ path: String, limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw StepFailure("\(path): more than \(limit) bytes") }
        }
    }

    /// Whole or not at all: written beside it and renamed. Folders are made.
    static func write(_ text: String, to path: String) throws {
        var folder = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            folder += folder.isEmpty && part.isEmpty ? "/" : "\(part)/"
            if !part.isEmpty { mkdir(folder, 0o777) }
        }
        let temporary = "\(path).\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                close(file)
                unlink(temporary)
                throw StepFailure("\(path): \(reason)")
            }
            rest = rest.dropFirst(count)
        }
        close(file)
        guard rename(temporary, path) == 0 else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
    }
}
