import Glibc

/// What all processes of an attempt have resident together.
package struct TreeMemory: Sendable, Equatable {
    package var kibibytes: Int
    package var processes: Int

    package init(kibibytes: Int, processes: Int) {
        self.kibibytes = kibibytes
        self.processes = processes
    }

    private static let pageKiB = sysconf(Int32(_SC_PAGESIZE)) / 1024

    /// Measures the trees of several attempts in one pass over /proc, some microseconds for each process of the host.
    ///
    /// Pages that processes share count in each of them. Where that comes over the attempt's limit, they are counted
    /// again, each page once (Pss): that is exact, but walks the page tables.
    ///
    /// - Parameter limits: the attempts' marks, and what each may have, in KiB.
    /// - Returns: what was found by mark; an attempt of which nothing lives is missing.
    package static func measure(_ limits: [UInt64: Int]) -> [UInt64: TreeMemory] {
        let found = MarkScan(marks: Set(limits.keys)).run()
        var parents: [Int32: MarkedProcess] = [:]
        for process in found { parents[process.pid] = process }
        var trees: [UInt64: [Int32]] = [:]
        for process in found {
            if let mark = mark(of: process, parents) { trees[mark, default: []].append(process.pid) }
        }
        var measures: [UInt64: TreeMemory] = [:]
        for (mark, pids) in trees {
            var sum = pids.reduce(0) { $0 + resident(of: $1) }
            if pids.count > 1, sum > limits[mark] ?? .max {
                sum = pids.reduce(0) { $0 + (share(of: $1) ?? resident(of: $1)) }
            }
            measures[mark] = TreeMemory(kibibytes: sum, processes: pids.count)
        }
        return measures
    }

    /// A process that took its mark off has its parent's.
    private static func mark(of process: MarkedProcess, _ parents: [Int32: MarkedProcess]) -> UInt64? {
        var process = process
        for _ in 0..<1000 {
            if let mark = process.mark { return mark }
            guard let parent = parents[process.parent] else { return nil }
            process = parent
        }
        return nil
    }

    private static func resident(of pid: Int32) -> Int {
        // Size, then what is resident, in pages.
        ProcFile.read("/proc/\(pid)/statm", atMost: 256) { bytes in
            let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 2)
            return numbers.count > 1 ? (Int(numbers[1]) ?? 0) * pageKiB : 0
        } ?? 0
    }

    /// Of each page its part. nil: it may not be read.
    private static func share(of pid: Int32) -> Int? {
        ProcFile.read("/proc/\(pid)/smaps_rollup", atMost: 4096) { bytes -> Int? in
            let text = String(decoding: bytes, as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        } ?? nil
    }
}
