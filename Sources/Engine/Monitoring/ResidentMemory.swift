import CLinux
import Glibc

/// What processes have in memory, by /proc.
enum ResidentMemory {
    /// Processes that are looked at, so that a look costs a bounded time.
    private static let bound = 512

    /// KiB that this process and its descendants have resident; memory that they share counts for each.
    static func ofTree() -> Int {
        var kib = 0
        var next: [Int32] = [getpid()]
        var looked = 0
        while let process = next.popLast(), looked < bound {
            looked += 1
            kib += pages(of: process) * Int(getpagesize()) / 1024
            next += children(of: process)
        }
        return kib
    }

    private static func pages(of process: Int32) -> Int {
        // size resident shared …
        read("/proc/\(process)/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private static func children(of process: Int32) -> [Int32] {
        read("/proc/\(process)/task/\(process)/children").split(separator: " ").compactMap { Int32($0) }
    }

    /// Empty when it is gone, or where the kernel has no such file.
    private static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            let count = Glibc.read(file, buffer.baseAddress, buffer.count)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
    }
}
