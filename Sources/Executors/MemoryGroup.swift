import Glibc

/// The control group of one attempt.
package struct MemoryGroup: Sendable, Equatable {
    package let path: String
    /// Into it a child writes itself before exec; close-on-exec.
    let processes: Int32

    init?(path: String, limitKiB: Int) {
        guard GroupFile.write("\(limitKiB * 1024)", to: path + "/memory.max") else { return nil }
        // Not everywhere: a host without swap accounting, an older kernel.
        GroupFile.write("0", to: path + "/memory.swap.max")
        GroupFile.write("1", to: path + "/memory.oom.group")
        processes = open(path + "/cgroup.procs", O_WRONLY | O_CLOEXEC)
        guard processes >= 0 else { return nil }
        self.path = path
    }

    /// The most that was used at once, in KiB; nil: the kernel does not tell (before 5.19).
    package var peakKiB: Int? {
        ProcFile.read(path + "/memory.peak", atMost: 64) { bytes in
            Int(String(decoding: bytes, as: UTF8.self).split(separator: "\n").first ?? "").map { $0 / 1024 }
        } ?? nil
    }

    /// Whether the kernel killed processes of the group because its memory was used up.
    package var hitLimit: Bool {
        ProcFile.read(path + "/memory.events", atMost: 4096) { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
                let words = line.split(separator: " ")
                return words.count == 2 && words[0] == "oom_kill" && (Int(words[1]) ?? 0) > 0
            }
        } ?? false
    }

    /// Once nothing lives in it any more.
    package func remove() {
        close(processes)
        rmdir(path)
    }
}
