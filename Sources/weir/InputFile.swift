import Glibc

/// Files that a command reads as a whole.
enum InputFile {
    /// 1 GiB: more is a mistake.
    private static let limit = 1 << 30

    /// - Parameter path: `-` is standard input.
    static func bytes(_ path: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure("\(path): more than 1 GiB", code: Failure.data) }
        }
    }

    /// Without their ends, `\n` or `\r\n`.
    ///
    /// - Throws: also for a line that is not UTF-8, which would be stored as another text.
    static func lines(_ path: String) throws -> [String] {
        var parts = try bytes(path).split(separator: 0x0A, omittingEmptySubsequences: false)
        if parts.last?.isEmpty ?? false { parts.removeLast() }
        return try parts.enumerated().map { index, part in
            let line = part.last == 0x0D ? part.dropLast() : part
            guard let text = String(validating: line, as: UTF8.self) else {
                throw Failure("\(path == "-" ? "<stdin>" : path):\(index + 1): this line is not UTF-8")
            }
            return text
        }
    }

    private static func failure(_ path: String) -> Failure {
        Failure("\(path): \(String(cString: strerror(errno)))", code: Failure.noInput)
    }
}

/// `NAME=VALUE`, or `NAME` for the present value.
enum EnvironmentOption {
    static func read(_ options: [String]) throws -> [String: String] {
        var environment: [String: String] = [:]
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty else {
                throw Failure("--env \(option): write NAME=VALUE or NAME", code: Failure.usage)
            }
            if parts.count == 2 {
                environment[String(name)] = String(parts[1])
            } else if let value = getenv(String(name)) {
                guard let text = String(validatingCString: value) else {
                    throw Failure("--env \(name): its value is not UTF-8, and jobs are stored as text")
                }
                environment[String(name)] = text
            } else {
                throw Failure("--env \(name): there is no such variable here; write \(name)=VALUE", code: Failure.usage)
            }
        }
        return environment
    }
}

enum Directory {
    /// The directory that a job is to run in, from the root; the present one when none is given.
    static func absolute(_ path: String?) throws -> String {
        guard let here = DatabaseLocation.currentFolder() else {
            throw Failure("the present directory is gone", code: Failure.noInput)
        }
        guard let path else { return here }
        return path.hasPrefix("/") ? path : here + "/" + path
    }

    /// The folders from the root.
    ///
    /// - Throws: a `Failure` for the first that is no folder.
    static func existing(_ folders: [String]) throws -> [String] {
        try folders.map { folder in
            let path = try absolute(folder)
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw Failure("--workflows \(folder): there is no such folder", code: Failure.noInput)
            }
            return path
        }
    }
}

enum NameCheck {
    /// Queues are named in lists that are separated by commas, and shown on terminals.
    static func queue(_ name: String) throws { try check("queue", name, without: ",") }

    /// Pools are named as `NAME=AMOUNT`.
    static func pool(_ name: String) throws { try check("pool", name, without: "=,") }

    static func schedule(_ name: String) throws { try check("schedule", name, without: ",") }

    /// As the view `enqueue` takes it.
    static func type(_ name: String) throws {
        let isFine =
            (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: ":"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
        guard isFine else {
            throw Failure(
                "type '\(Terminal.visible(name))': a type has 1 to 128 letters, digits and . _ - : /",
                code: Failure.data)
        }
    }

    private static func check(_ kind: String, _ name: String, without marks: String) throws {
        let isFine =
            !name.isEmpty && name.utf8.count <= 128
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.value > 0x20 && !(0x7F..<0xA0).contains(scalar.value)
                    && !marks.unicodeScalars.contains(scalar)
            }
        guard isFine else {
            throw Failure(
                "\(kind) '\(Terminal.visible(name))': a name has 1 to 128 bytes and neither spaces, control characters nor "
                    + "any of \(marks.map { "'\($0)'" }.joined(separator: " "))", code: Failure.data)
        }
    }
}
