import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `Control groups` {
        private let unified = "29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"

        @Test func `are found from the process's own up to the mount`() {
            let groups = ControlGroups(
                membership: "0::/user.slice/app.service\n", mounts: "1 1 8:1 / / rw - ext4 a rw\n" + unified)
            #expect(groups.unified == "/sys/fs/cgroup/user.slice/app.service")
            #expect(
                groups.memoryFolders == [
                    "/sys/fs/cgroup/user.slice/app.service", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup",
                ])
            #expect(groups.cpuFolders == groups.memoryFolders)
        }

        @Test func `of version 1 bound by their own controllers`() {
            let groups = ControlGroups(
                membership: "3:memory:/box/a\n2:cpu,cpuacct:/\n1:name=systemd:/x\n0::/\n",
                mounts: """
                    30 22 0:27 / /cg/memory rw - cgroup memory rw,memory
                    31 22 0:28 / /cg/cpu rw master:9 - cgroup cgroup rw,cpu,cpuacct
                    32 22 0:29 / /cg/unified rw - cgroup2 cgroup2 rw
                    """)
            #expect(groups.memoryFolders == ["/cg/memory/box/a", "/cg/memory/box", "/cg/memory", "/cg/unified"])
            #expect(groups.cpuFolders == ["/cg/cpu", "/cg/unified"])
            #expect(groups.unified == "/cg/unified")
        }

        @Test func `within a container begin where its mount does`() {
            let mount = "29 22 0:26 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup2 rw"
            #expect(ControlGroups(membership: "0::/docker/1/a", mounts: mount).unified == "/sys/fs/cgroup/a")
            #expect(ControlGroups(membership: "0::/docker/1", mounts: mount).unified == "/sys/fs/cgroup")
            #expect(ControlGroups(membership: "0::/docker/12", mounts: mount).unified == "/sys/fs/cgroup")
            #expect(ControlGroups(membership: "", mounts: "nonsense").unified == nil)
        }

        @Test func `have quotas and limits of either version, or none`() throws {
            try withFolder { folder in
                #expect(ControlGroups.quota(in: folder) == nil)
                #expect(ControlGroups.memoryLimit(in: folder) == nil)
                try write("max 100000\n", to: folder + "/cpu.max")
                try write("max\n", to: folder + "/memory.max")
                #expect(ControlGroups.quota(in: folder) == nil)
                #expect(ControlGroups.memoryLimit(in: folder) == nil)
                try write("150000 100000\n", to: folder + "/cpu.max")
                try write("1073741824\n", to: folder + "/memory.max")
                #expect(ControlGroups.quota(in: folder) == 1.5)
                #expect(ControlGroups.memoryLimit(in: folder) == 1_073_741_824)
            }
            try withFolder { folder in
                try write("-1\n", to: folder + "/cpu.cfs_quota_us")
                try write("100000\n", to: folder + "/cpu.cfs_period_us")
                try write("9223372036854771712\n", to: folder + "/memory.limit_in_bytes")
                #expect(ControlGroups.quota(in: folder) == nil)
                #expect(ControlGroups.memoryLimit(in: folder) == nil)
                try write("50000\n", to: folder + "/cpu.cfs_quota_us")
                #expect(ControlGroups.quota(in: folder) == 0.5)
            }
        }

        @Test func `and affinity say what the machine has`() {
            let machine = MachineResources.read()
            #expect((1...sysconf(Int32(_SC_NPROCESSORS_ONLN))).contains(machine.cores))
            #expect(machine.memoryMiB > 0)
            #expect(machine.memoryMiB <= (sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))) >> 20)
        }
    }
}

extension ProcessTests {
    @Suite struct `Control groups for attempts` {
        /// A folder with the files that a group has.
        private func make(
            _ path: String, controllers: String = "cpu memory", children: String = "", processes: String = ""
        )
            throws
        {
            mkdir(path, 0o755)
            try write(controllers + "\n", to: path + "/cgroup.controllers")
            try write(children + "\n", to: path + "/cgroup.subtree_control")
            try write(processes, to: path + "/cgroup.procs")
        }

        private func look(_ own: String) -> MemoryGroups.Standing {
            MemoryGroups.look(ControlGroups(membership: "", mounts: "").with(own), pid: 77) { !$0.hasSuffix("system") }
        }

        @Test func `are made beside the process's own where the group above is delegated`() throws {
            try withFolder { folder in
                try make(folder + "/unit", children: "memory pids")
                try make(folder + "/unit/runner", processes: "77\n78\n")
                #expect(look(folder + "/unit/runner") == .delegated(folder + "/unit"))
            }
        }

        @Test func `are made within its own once it, alone there, has moved`() throws {
            try withFolder { folder in
                try make(folder)
                try make(folder + "/unit", processes: "77\n")
                #expect(look(folder + "/unit") == .delegatedToMove(folder + "/unit"))
                try make(folder + "/unit", processes: "76\n77\n")
                #expect(
                    look(folder + "/unit")
                        == .unavailable(
                            "\(folder)/unit has other processes; a runner needs a delegated group of its own"))
            }
        }

        @Test func `are not made where another manages them`() throws {
            try withFolder { folder in
                try make(folder + "/system", children: "memory pids")
                try make(folder + "/system/unit", processes: "76\n77\n")
                #expect(
                    look(folder + "/system/unit")
                        == .unavailable(
                            "\(folder)/system/unit has other processes; a runner needs a delegated group of its own"))
                try make(folder + "/system", processes: "77\n")
                #expect(
                    look(folder + "/system") == .unavailable("\(folder)/system is not delegated to this process"))
            }
        }

        @Test func `are not made without the controller or the mount`() throws {
            try withFolder { folder in
                try make(folder, controllers: "cpu pids")
                #expect(look(folder) == .unavailable("\(folder) has no memory controller"))
                #expect(
                    MemoryGroups.look(ControlGroups(membership: "", mounts: ""))
                        == .unavailable("no control groups of version 2 are mounted"))
            }
        }

        @Test func `are given their limit, say what was used, and are removed`() throws {
            try withFolder { folder in
                let groups = MemoryGroups(folder: folder, database: "abc", runner: 3)
                let path = folder + "/weir-abc-3-5-9"
                // The kernel makes the files with the group; where it does not, there is no group.
                #expect(groups.make(named: "5-9", limitKiB: 2048) == nil)
                #expect(access(path, F_OK) != 0)
                mkdir(path, 0o755)
                for file in ["memory.max", "memory.swap.max", "memory.oom.group", "cgroup.procs"] {
                    try write("", to: "\(path)/\(file)")
                }
                let group = try #require(groups.make(named: "5-9", limitKiB: 2048))
                #expect(
                    ProcFile.read(path + "/memory.max", atMost: 99) { String(decoding: $0, as: UTF8.self) } == "2097152"
                )
                #expect(group.peakKiB == nil)
                #expect(!group.hitLimit)
                try write("1048576\n", to: path + "/memory.peak")
                try write("low 0\nhigh 0\nmax 7\noom 1\noom_kill 2\n", to: path + "/memory.events")
                #expect(group.peakKiB == 1024)
                #expect(group.hitLimit)
                // A child writes itself into the group before it is executed.
                var request = TestScript.request(["true"])
                request.memoryGroup = group
                #expect(try TestScript.run(request).exit.exitCode == 0)
                #expect(
                    ProcFile.read(path + "/cgroup.procs", atMost: 99) { String(decoding: $0, as: UTF8.self) } == "0")
                group.remove()
            }
        }

        @Test func `of runners that are gone are removed`() throws {
            try withFolder { folder in
                for name in ["weir-abc-1-5-9", "weir-abc-2-6-9", "weir-abc-3-7-9", "weir-xyz-1-5-9", "weir-abc-x"] {
                    mkdir("\(folder)/\(name)", 0o755)
                }
                MemoryGroups(folder: folder, database: "abc", runner: 3).removeLeftovers { $0 == 1 || $0 == 3 }
                let left = GroupFile.names(in: folder).filter { $0.hasPrefix("weir") }.sorted()
                #expect(left == ["weir-abc-2-6-9", "weir-abc-3-7-9", "weir-abc-x", "weir-xyz-1-5-9"])
            }
        }

        @Test(.enabled(if: isDelegated, "no control group with the memory controller is delegated to this process"))
        func `bound what the processes in them have`() throws {
            let groups = try #require(MemoryGroups(database: "test", runner: Int(getpid()), mayMove: true))
            let group = try #require(groups.make(named: "1-1", limitKiB: 64 * 1024))
            var request = TestScript.request(["python3", "-c", "x = b'x' * (512 << 20)"])
            request.memoryGroup = group
            #expect(try TestScript.run(request).exit.signal == SIGKILL)
            #expect(group.hitLimit)
            group.remove()
            #expect(access(group.path, F_OK) != 0)
        }

        private static var isDelegated: Bool {
            if case .unavailable = MemoryGroups.look() { false } else { true }
        }
    }
}

extension ControlGroups {
    fileprivate func with(_ unified: String) -> ControlGroups {
        var groups = self
        groups.unified = unified
        return groups
    }
}
