import Glibc

/// The file that `WEIR_RESULT` names: a script writes its result there, or does not.
package struct ResultFile: Sendable {
    package static let defaultLimit = 1 << 20

    package let path: String

    package init(path: String) { self.path = path }

    /// What the script wrote, or nil when it wrote no file. The file is gone afterwards.
    package func read(limit: Int = ResultFile.defaultLimit) throws(ResultError) -> [UInt8]? {
        // Neither a link nor a pipe without a writer may lead or keep us elsewhere.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = errno
            if error == ENOENT { return nil }
            unlink(path)
            throw error == ELOOP || error == ENXIO ? .notRegular : .unreadable(errno: error)
        }
        defer {
            close(descriptor)
            unlink(path)
        }
        return try contents(of: descriptor, limit: limit)
    }

    private func contents(of descriptor: Int32, limit: Int) throws(ResultError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
        var error: Int32 = 0
        // What is appended from now on is not read: the script has ended.
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let result = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if result < 0, errno == EINTR { continue }
                if result < 0 { error = errno }
                guard result > 0 else { return }
                count += result
            }
        }
        guard error == 0 else { throw .unreadable(errno: error) }
        return bytes
    }
}
