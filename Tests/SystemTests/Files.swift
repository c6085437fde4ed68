import Glibc
import TestSupport

enum Files {
    static func read(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }

    static func bytes(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }

    static func write(_ text: String, to path: String, mode: mode_t = 0o700) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw TestFailure("cannot write \(path): error \(errno)") }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw TestFailure("cannot write \(path): error \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// One letter, as in /proc/PID/stat; empty when there is no such process.
    /// The permissions; `nil`: there is no such file.
    static func mode(_ path: String) -> mode_t? {
        let stat = popen("stat -c %a '\(path)' 2>/dev/null", "r")
        defer { pclose(stat) }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = fread(&buffer, 1, buffer.count, stat)
        return mode_t(String(decoding: buffer[..<count], as: UTF8.self).filter { !$0.isNewline }, radix: 8)
    }

    static func state(of pid: pid_t) -> String {
        let stat = read("/proc/\(pid)/stat")
        guard let close = stat.lastIndex(of: ")") else { return "" }
        return String(stat[close...].dropFirst(2).prefix(1))
    }

    /// The living processes in whose environment `text` occurs.
    static func processes(with text: String) -> [pid_t] {
        names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
            read("/proc/\(pid)/environ").contains(text) && !["Z", "X", ""].contains(state(of: pid))
        }
    }

    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    /// In KiB: the most memory that the process ever had.
    static func peakMemory(of pid: pid_t) -> Int {
        let line = read("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    }
}
