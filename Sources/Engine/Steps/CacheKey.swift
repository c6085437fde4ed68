import CLinux
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
