import Executors

/// What an attempt with a limit of memory uses. All sizes are in KiB.
struct AttemptMemory {
    let limit: Int
    /// Bounds it; `nil`: the runner watches.
    let group: MemoryGroup?
    /// The most that was seen.
    var peak = 0
    /// What was seen when it was over the limit.
    var excess: Int?

    init(limit: Int, group: MemoryGroup?) {
        self.limit = limit
        self.group = group
    }

    mutating func saw(_ tree: TreeMemory) {
        peak = max(peak, tree.kibibytes)
        if tree.kibibytes > limit { excess = tree.kibibytes }
    }

    /// Takes over what the kernel counted, and removes the group. Nothing lives in it any more.
    mutating func settle() {
        guard let group else { return }
        peak = max(peak, group.peakKiB ?? 0)
        if group.hitLimit { excess = max(peak, limit) }
        group.remove()
    }

    /// Why the attempt failed, once it had too much.
    var verdict: String? {
        guard let excess else { return nil }
        let whose = "all processes of the job together"
        guard group == nil else {
            return "used all of its memory, \(Self.text(limit)), and wanted more (\(whose))"
        }
        return "used \(Self.text(excess)) of memory; its limit is \(Self.text(limit)) (\(whose))"
    }

    static func text(_ kibibytes: Int) -> String {
        guard kibibytes >= 1024 else { return "\(kibibytes) KiB" }
        let tenths = (kibibytes * 10 + 512) / 1024
        return tenths % 10 == 0 || tenths >= 1000 ? "\(tenths / 10) MiB" : "\(tenths / 10).\(tenths % 10) MiB"
    }
}
