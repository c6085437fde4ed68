import Glibc

/// Tells whether a step would do the same work again.
enum CacheKey {
    private static let mostFiles = 10_000

    /// The text, and a digest of the files and folders: names and contents.
    ///
    /// - Throws: a `StepFailure` for a file that cannot be read.
    static func make(text: String, paths: [String], directory: String) throws -> String {
        guard !paths.isEmpty else { return text }
        var digest = Digest()
        var count = 0
        for path in paths.sorted() {
            let full = path.hasPrefix("/") ? path : "\(directory)/\(path)"
            for file in try matches(full) { try add(file, to: &digest, count: &count) }
        }
        return "\(text)|\(digest.text)"
    }

    private static func matches(_ pattern: String) throws -> [String] {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return [pattern] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
    }

    private static func add(_ path: String, to digest: inout Digest, count: inout Int) throws {
        count += 1
        guard count <= mostFiles else { throw StepFailure("the paths of the cache have more than \(mostFiles) files") }
        digest.add(Array(path.utf8))
        var status = stat()
        // What is not there makes another key than what is.
        guard stat(path, &status) == 0 else { return digest.add([0]) }
        if status.st_mode & S_IFMT == S_IFDIR {
            guard let stream = opendir(path) else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
            var names: [String] = []
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { names.append(name) }
            }
            closedir(stream)
            for name in names.sorted() { try add("\(path)/\(name)", to: &digest, count: &count) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        digest.add(try TextFile.bytes(path))
    }

    /// FNV-1a twice over, with two beginnings: nobody is kept from making a collision, and nobody meets one by chance.
    private struct Digest {
        private var first: UInt64 = 0xCBF2_9CE4_8422_2325
        private var second: UInt64 = 0x6C62_272E_07BB_0142

        mutating func add(_ bytes: [UInt8]) {
            for byte in bytes {
                first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
                second = (second ^ UInt64(byte ^ 0x5A)) &* 0x100_0000_01B3
            }
            let length = UInt64(bytes.count)
            first = (first ^ length) &* 0x100_0000_01B3
            second = (second ^ length) &* 0x100_0000_01B3
        }

        var text: String { String(first, radix: 16) + String(second, radix: 16) }
    }
}

/// Files that the engine reads and writes as a whole.
enum TextFile {
    static func bytes(_ path: String, limit: Int = 1 << 30) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw StepFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
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
