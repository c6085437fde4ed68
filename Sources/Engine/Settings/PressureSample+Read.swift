import Glibc

extension PressureSample {
    /// Reads /proc/stat, /proc/meminfo, and /proc/pressure or, where there is none, /proc/loadavg.
    ///
    /// - Returns: `nil` where /proc/stat cannot be read.
    package static func read() -> PressureSample? {
        guard let stat = ProcFile.text("/proc/stat"), let (ticks, idle) = ticks(in: stat) else { return nil }
        return PressureSample(
            ticks: ticks, idleTicks: idle, cpuStall: stall("cpu"), memoryStall: stall("memory"), ioStall: stall("io"),
            runnable: ProcFile.text("/proc/loadavg").flatMap(runnable) ?? 0,
            availableMemory: ProcFile.text("/proc/meminfo").flatMap(availableMemory) ?? 1)
    }

    /// The line `cpu`: user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user already.
    static func ticks(in stat: String) -> (all: Int, idle: Int)? {
        guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
        let fields = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int($0) }
        guard fields.count >= 5 else { return nil }
        return (fields.reduce(0, +), fields[3] + fields[4])
    }

    /// `total=` of the line `some`.
    static func stall(in text: String) -> Int? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("some ") }) else { return nil }
        return line.split(separator: " ").first { $0.hasPrefix("total=") }.flatMap { Int($0.dropFirst(6)) }
    }

    /// The fourth field, `3/412`: runnable of all; this process is one of them.
    static func runnable(in text: String) -> Int? {
        let fields = text.split(separator: " ")
        guard fields.count >= 4 else { return nil }
        return fields[3].split(separator: "/").first.flatMap { Int($0) }.map { max(0, $0 - 1) }
    }

    static func availableMemory(in text: String) -> Double? {
        func kilobytes(_ name: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
                .split(separator: " ").dropFirst().first.flatMap { Double($0) }
        }
        guard let all = kilobytes("MemTotal"), let available = kilobytes("MemAvailable"), all > 0 else { return nil }
        return available / all
    }

    private static func stall(_ resource: String) -> Int? {
        ProcFile.text("/proc/pressure/\(resource)").flatMap { stall(in: $0) }
    }
}

/// Small files of the kernel.
enum ProcFile {
    /// Up to 64 KiB; `nil` when it cannot be read.
    static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var count = 0
        while count < bytes.count {
            let new = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if new < 0, errno == EINTR { continue }
            guard new > 0 else { break }
            count += new
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
