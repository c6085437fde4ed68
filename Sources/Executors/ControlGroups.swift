import Glibc

/// Where this process is in the hierarchies of control groups, from its own group up to the root of each mount.
struct ControlGroups: Sendable, Equatable {
    /// The folder of its group in the unified hierarchy (v2).
    var unified: String?
    /// What bounds its CPU time and its memory, innermost first.
    var cpuFolders: [String] = []
    var memoryFolders: [String] = []

    static func ofThisProcess() -> ControlGroups {
        func text(_ path: String) -> String {
            ProcFile.read(path, atMost: 256 << 10) { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        return ControlGroups(membership: text("/proc/self/cgroup"), mounts: text("/proc/self/mountinfo"))
    }

    /// - Parameters:
    ///   - membership: the text of /proc/PID/cgroup.
    ///   - mounts: the text of /proc/PID/mountinfo.
    init(membership: String, mounts: String) {
        let mounts = mounts.split(separator: "\n").compactMap { Mount(line: $0) }
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            let isUnified = fields[0] == "0" && controllers.isEmpty
            guard let mount = mounts.first(where: { isUnified ? $0.isUnified : $0.holds(controllers) }) else {
                continue
            }
            let folders = mount.folders(of: String(fields[2]))
            if isUnified { unified = folders.first }
            if isUnified || controllers.contains("cpu") { cpuFolders += folders }
            if isUnified || controllers.contains("memory") { memoryFolders += folders }
        }
    }

    private struct Mount {
        /// The group that is seen at `point`.
        let root: String
        let point: String
        let isUnified: Bool
        let options: [Substring]

        init?(line: Substring) {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash > 4 else { return nil }
            let type = fields[dash + 1]
            guard type == "cgroup2" || type == "cgroup" else { return nil }
            root = String(fields[3])
            point = String(fields[4])
            isUnified = type == "cgroup2"
            options = fields[dash + 3].split(separator: ",")
        }

        func holds(_ controllers: [Substring]) -> Bool {
            !isUnified && !controllers.isEmpty && controllers.allSatisfy { options.contains($0) }
        }

        /// The group's folder and those above it that are seen here.
        func folders(of group: String) -> [String] {
            var inner = group[...]
            if root != "/" {
                guard group == root || group.hasPrefix(root + "/") else { return [point] }
                inner = group.dropFirst(root.count)
            }
            var parts = inner.split(separator: "/")
            var folders: [String] = []
            while !parts.isEmpty {
                folders.append(point + "/" + parts.joined(separator: "/"))
                parts.removeLast()
            }
            return folders + [point]
        }
    }

    // MARK: Values

    private static func words(_ path: String) -> [Substring]? {
        guard let text = ProcFile.read(path, atMost: 4096, { String(decoding: $0, as: UTF8.self) }) else { return nil }
        return text.split { $0 == " " || $0 == "\n" }
    }

    /// Cores that the group may use; nil: no bound.
    static func quota(in folder: String) -> Double? {
        if let words = words(folder + "/cpu.max") {
            guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]) else { return nil }
            return period > 0 && quota > 0 ? quota / period : nil
        }
        guard let quota = words(folder + "/cpu.cfs_quota_us")?.first.flatMap({ Double($0) }), quota > 0,
            let period = words(folder + "/cpu.cfs_period_us")?.first.flatMap({ Double($0) }), period > 0
        else { return nil }
        return quota / period
    }

    /// Bytes that the group may have; nil: no bound.
    static func memoryLimit(in folder: String) -> Double? {
        let words = words(folder + "/memory.max") ?? words(folder + "/memory.limit_in_bytes")
        guard let limit = words?.first.flatMap({ Double($0) }), limit > 0, limit < 0x1p62 else { return nil }
        return limit
    }
}
