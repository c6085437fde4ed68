import Glibc
package import Jobs
package import SQLite

/// This process and this host, as they are recorded with a runner.
package enum HostIdentity {
    /// The process, from what the gate is told of it.
    package static func process(_ gate: GateIdentity) -> ProcessIdentity {
        ProcessIdentity(
            pid: gate.pid, start: Int(clamping: gate.startTime), namespace: Int(clamping: gate.pidNamespace),
            bootID: bootID())
    }

    /// Changes with every boot: leases of an earlier one are void.
    package static func bootID() -> String {
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)].filter { $0 > 0x20 }, as: UTF8.self)
    }

    package static func hostName() -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        gethostname(&bytes, bytes.count - 1)
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
