import CLinux
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
        let processes = Dictionary(found.map { ($0.pid, $0) }) { first, _ in first }
        var trees: [UInt64: [MarkedProcess]] = [:]
        for process in found {
            guard let mark = mark(of: process, among: processes, marks: limits) else { continue }
            trees[mark, default: []].append(process)
        }
        var measures: [UInt64: TreeMemory] = [:]
        for (mark, tree) in trees {
            var sum = tree.reduce(0) { $0 + resident(of: $1.pid) }
            if tree.count > 1, sum > limits[mark] ?? .max { sum = exactly(tree, among: processes) }
            measures[mark] = TreeMemory(kibibytes: sum, processes: tree.count)
        }
        return measures
    }

    /// A process that took its mark off, or has another's within a job that runs jobs, belongs where its parent does.
    private static func mark(
        of process: MarkedProcess, among processes: [Int32: MarkedProcess], marks: [UInt64: Int]
    ) -> UInt64? {
        var process = process
        // Each was read at a moment of its own: their parents may lead in a circle.
        for _ in 0..<processes.count {
            if let mark = process.mark, marks[mark] != nil { return mark }
            guard let parent = processes[process.parent] else { return nil }
            process = parent
        }
        return nil
    }

    /// Between vfork and exec a child is in its parent's memory, which counts once.
    private static func exactly(_ tree: [MarkedProcess], among processes: [Int32: MarkedProcess]) -> Int {
        tree.reduce(0) { sum, process in
            if processes[process.parent] != nil, clinux_share_memory(process.pid, process.parent) == 1 { return sum }
            return sum + (share(of: process.pid) ?? resident(of: process.pid))
        }
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
