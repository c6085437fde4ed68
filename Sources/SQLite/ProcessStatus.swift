import Glibc

/// What /proc says of a process.
package struct ProcessStatus: Equatable {
    /// The kernel's letter: R runs, S sleeps, T is stopped, t is stopped by a debugger, Z has ended.
    package var state: Character
    /// In clock ticks after boot.
    package var startTime: UInt64

    /// Stopped by a signal or a debugger, so that it does nothing until somebody continues it.
    var isStopped: Bool { state == "T" || state == "t" }

    /// `nil` when there is no such process, or /proc is not to be read.
    package static func of(pid: Int32) -> ProcessStatus? { read("/proc/\(pid)/stat").flatMap(parse) }

    static func ofSelf() -> ProcessStatus? { read("/proc/self/stat").flatMap(parse) }

    /// The inode of this process's pid namespace, or 0.
    static func pidNamespace() -> UInt64 {
        var status = stat()
        return stat("/proc/self/ns/pid", &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// The name that the process gave itself, for messages.
    static func name(of pid: Int32) -> String? {
        read("/proc/\(pid)/comm")?.split(separator: "\n").first.map(String.init)
    }

    /// `line` is the content of /proc/PID/stat. The name in parentheses may itself hold spaces and parentheses.
    static func parse(_ line: String) -> ProcessStatus? {
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        // The state is field 3 of the line, the start time field 22.
        guard fields.count > 19, let state = fields[0].first, let startTime = UInt64(fields[19]) else { return nil }
        return ProcessStatus(state: state, startTime: startTime)
    }

    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
