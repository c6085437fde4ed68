import CLinux
import Glibc

/// What processes have in memory, by /proc.
package enum ResidentMemory {
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

    /// KiB that this process alone has resident.
    package static func ofThisProcess() -> Int { pages(of: getpid()) * Int(getpagesize()) / 1024 }

    private static func pages(of process: Int32) -> Int {
        // size resident shared …
        read("/proc/\(process)/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// The kernel lists the children of each thread with that thread.
    private static func children(of process: Int32) -> [Int32] {
        guard let folder = opendir("/proc/\(process)/task") else { return [] }
        defer { closedir(folder) }
        var children: [Int32] = []
        var threads = 0
        while let entry = readdir(folder), threads < bound {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let thread = Int32(name) else { continue }
            threads += 1
            let list = read("/proc/\(process)/task/\(thread)/children")
            children += list.split(separator: " ").compactMap { Int32($0) }
        }
        return children
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
