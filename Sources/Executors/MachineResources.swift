import CLinux
import Glibc

/// What this process may use of the machine: the default capacities of the pools `cpu` and `memory`.
package struct MachineResources: Sendable, Equatable {
    /// Cores: those that the process may run on, and no more than its control groups' quotas give, rounded up.
    package var cores: Int
    /// The machine's memory, or the least limit of the process's control groups.
    package var memoryMiB: Int

    package init(cores: Int, memoryMiB: Int) {
        self.cores = cores
        self.memoryMiB = memoryMiB
    }

    package static func read() -> MachineResources {
        let groups = ControlGroups.ofThisProcess()
        var cores = Double(clinux_usable_cores())
        var bytes = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        for folder in groups.cpuFolders {
            if let quota = ControlGroups.quota(in: folder) { cores = min(cores, quota) }
        }
        for folder in groups.memoryFolders {
            if let limit = ControlGroups.memoryLimit(in: folder) { bytes = min(bytes, limit) }
        }
        return MachineResources(cores: max(1, Int(cores.rounded(.up))), memoryMiB: max(1, Int(bytes / 1_048_576)))
    }
}
