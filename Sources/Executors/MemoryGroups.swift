import CLinux
import Glibc

/// Where the host delegates control groups (v2) with the memory controller to this process, so that the kernel itself
/// bounds the memory of attempts.
package struct MemoryGroups: Sendable, Equatable {
    /// The folder in which the groups are made.
    package let folder: String
    /// What the names of one database's groups begin with.
    let prefix: String
    let runner: Int

    /// Whether groups can be made here, and why not.
    package enum Standing: Sendable, Equatable {
        /// In this folder.
        case delegated(String)
        /// In this folder, once this process, the only one there, has moved into a group within it.
        case delegatedToMove(String)
        case unavailable(String)
    }

    /// Looks, and changes nothing.
    package static func look() -> Standing { look(ControlGroups.ofThisProcess()) }

    /// - Parameter isDelegated: whether a group that may be written is this process's to divide.
    static func look(
        _ groups: ControlGroups, pid: Int32 = getpid(), isDelegated: (String) -> Bool = Self.isDelegated
    ) -> Standing {
        guard let own = groups.unified else { return .unavailable("no control groups of version 2 are mounted") }
        guard list(own + "/cgroup.controllers").contains("memory") else {
            return .unavailable("\(own) has no memory controller")
        }
        let above = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? own
        for folder in [own, above] where list(folder + "/cgroup.subtree_control").contains("memory") {
            if isWritable(folder), isDelegated(folder) { return .delegated(folder) }
        }
        guard isWritable(own), access(own + "/cgroup.subtree_control", W_OK) == 0, isDelegated(own) else {
            return .unavailable("\(own) is not delegated to this process")
        }
        guard list(own + "/cgroup.procs") == ["\(pid)"] else {
            return .unavailable("\(own) has other processes; a runner needs a delegated group of its own")
        }
        return .delegatedToMove(own)
    }

    /// root may write everywhere, and another manages most of that.
    private static func isDelegated(_ folder: String) -> Bool {
        geteuid() != 0 || clinux_is_delegated(folder) == 1
    }

    private static func isWritable(_ folder: String) -> Bool {
        access(folder, W_OK) == 0 && access(folder + "/cgroup.procs", W_OK) == 0
    }

    private static func list(_ path: String) -> [String] {
        ProcFile.read(path, atMost: 64 << 10) { bytes in
            String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }.map(String.init)
        } ?? []
    }

    /// Takes the place that `look` found; nil: there is none.
    ///
    /// - Parameters:
    ///   - database: tells groups of one database from another's; letters and digits.
    ///   - runner: tells groups of one runner from another's.
    ///   - mayMove: whether this process may be moved into a group of its own where that makes it possible.
    package init?(database: String, runner: Int, mayMove: Bool) {
        switch Self.look() {
        case .delegated(let folder): self.init(folder: folder, database: database, runner: runner)
        case .delegatedToMove(let folder):
            guard mayMove, Self.move(into: folder + "/weir-self-\(runner)", of: folder) else { return nil }
            self.init(folder: folder, database: database, runner: runner)
        case .unavailable: return nil
        }
    }

    init(folder: String, database: String, runner: Int) {
        self.folder = folder
        self.runner = runner
        prefix = "weir-\(database)-"
    }

    /// A group that has processes cannot hand its controllers to groups within it.
    private static func move(into leaf: String, of folder: String) -> Bool {
        guard mkdir(leaf, 0o755) == 0 || errno == EEXIST else { return false }
        guard GroupFile.write("0", to: leaf + "/cgroup.procs") else {
            rmdir(leaf)
            return false
        }
        if GroupFile.write("+memory", to: folder + "/cgroup.subtree_control") { return true }
        if GroupFile.write("0", to: folder + "/cgroup.procs") { rmdir(leaf) }
        return false
    }

    /// A group for one attempt; nil: the kernel refused, and the memory must be watched.
    package func make(named name: String, limitKiB: Int) -> MemoryGroup? {
        let path = "\(folder)/\(prefix)\(runner)-\(name)"
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { return nil }
        guard let group = MemoryGroup(path: path, limitKiB: limitKiB) else {
            rmdir(path)
            return nil
        }
        return group
    }

    /// Removes the empty groups of runners that are gone.
    ///
    /// - Parameter isGone: asked with the ids of other runners.
    package func removeLeftovers(where isGone: (Int) -> Bool) {
        for name in GroupFile.names(in: folder) where name.hasPrefix(prefix) {
            let number = name.dropFirst(prefix.count).prefix { $0.isNumber }
            guard let other = Int(number), other != runner, isGone(other) else { continue }
            rmdir(folder + "/" + name)
        }
    }
}
