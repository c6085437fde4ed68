import ArgumentParser
import Executors
import Workflows

/// `start=10s,idle=5m,jobs=1000,memory=512M,count=2`: what holds for all workers of the command line.
struct WorkerLimits: ExpressibleByArgument {
    private var start: Int?
    private var idle: Int?
    private var silence: Int?
    private var jobs: Int?
    /// KiB.
    private var memory: Int?
    private var count: Int?

    init?(argument: String) {
        for entry in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            guard parts.count == 2, take(parts[0], parts[1]) else { return nil }
        }
    }

    private mutating func take(_ name: String, _ text: String) -> Bool {
        let time = TimeLength(argument: text)?.milliseconds
        let number = Int(text).flatMap { (1...1_000_000_000).contains($0) ? $0 : nil }
        switch name {
        case "start": start = time
        case "idle": idle = time
        case "jobs": jobs = number
        case "memory":
            memory = Int(text).map { $0 * 1024 } ?? MemorySize(argument: text)?.kibibytes
            return memory.map(MemoryText.limits.contains) ?? false
        case "silence": silence = time
        case "count": count = number
        default: return false
        }
        return ["start", "idle", "silence"].contains(name) ? (time ?? 0) > 0 : number != nil
    }

    func apply(to definition: inout WorkerDefinition) {
        if let start { definition.startTimeout = start }
        if let idle { definition.idleTimeout = idle }
        if let jobs { definition.maxJobs = jobs }
        if let memory { definition.memoryLimit = memory }
        if let silence { definition.silenceNotice = silence }
        if let count { definition.count = count }
    }
}
