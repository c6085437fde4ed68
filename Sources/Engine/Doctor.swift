import CLinux
import Executors
import Glibc
package import Jobs
import SQLite

/// Looks whether a database is whole: the file, the settings, and every invariant.
package struct Doctor {
    let store: JobStore

    package init(store: JobStore) { self.store = store }

    /// Each check as soon as it is made: the first ones read the whole file.
    package func examine(_ report: (DoctorCheck) -> Void) throws {
        try store.read { connection in
            report(try integrity(connection))
            report(try foreignKeys(connection))
        }
        report(schema())
        // One snapshot, so that the rules see one moment.
        try store.read { connection in
            for invariant in Invariant.all { report(try check(invariant, connection)) }
        }
        for check in try store.read({ try settings($0) }) { report(check) }
        report(library())
        report(fileSystem())
        report(log())
        report(memoryLimits())
        report(try runners())
    }

    private func integrity(_ connection: Connection) throws -> DoctorCheck {
        let lines = try connection.all("PRAGMA integrity_check(10)") { $0.text(0) }
        return lines == ["ok"]
            ? DoctorCheck("integrity", .ok, "every page, index and constraint is as it should be")
            : DoctorCheck(
                "integrity", .broken,
                "\(lines.joined(separator: "; ")): keep the file and its -wal, and go back to a backup")
    }

    private func foreignKeys(_ connection: Connection) throws -> DoctorCheck {
        let rows = try connection.all("PRAGMA foreign_key_check") { "\($0.text(0)) row \($0.int(1))" }
        return rows.isEmpty
            ? DoctorCheck("foreign-keys", .ok, "no row refers to one that is missing")
            : DoctorCheck("foreign-keys", .broken, rows.prefix(10).joined(separator: "; "))
    }

    private func schema() -> DoctorCheck {
        do {
            try store.verifySchema()
            return DoctorCheck("schema", .ok, "version \(JobStore.schemaVersion), migrations as they were released")
        } catch {
            return DoctorCheck("schema", .broken, "\(error)")
        }
    }

    private func check(_ invariant: Invariant, _ connection: Connection) throws -> DoctorCheck {
        let places = try invariant.violations(in: connection)
        return places.isEmpty
            ? DoctorCheck(invariant.name, .ok, invariant.rule)
            : DoctorCheck(invariant.name, .broken, "not so: \(invariant.rule): \(places.joined(separator: "; "))")
    }

    private func settings(_ connection: Connection) throws -> [DoctorCheck] {
        func read(_ pragma: SQL) throws -> String { try connection.first(pragma) { $0.text(0) } ?? "" }
        let mode = try read("PRAGMA journal_mode")
        let synchronous = try read("PRAGMA synchronous")
        let isDurable = synchronous == "2"
        let keys = try read("PRAGMA foreign_keys")
        let checkpoint = try read("PRAGMA wal_autocheckpoint")
        return [
            DoctorCheck("journal-mode", mode == "wal" ? .ok : .broken, mode),
            DoctorCheck(
                "synchronous", isDurable ? .ok : .note,
                isDurable ? "FULL: what was acknowledged survives power loss" : "a power loss may take the last moments"
            ),
            DoctorCheck("foreign-keys-on", keys == "1" ? .ok : .broken, keys == "1" ? "on" : "off"),
            DoctorCheck(
                "autocheckpoint", checkpoint == "0" ? .ok : .broken,
                checkpoint == "0" ? "off: only checkpoints under the write lock are made" : checkpoint),
        ]
    }

    private func library() -> DoctorCheck {
        let version = SQLiteLibrary.version
        return SQLiteLibrary.hasWALResetFix
            ? DoctorCheck("sqlite", .ok, "\(version), with the fix of the WAL-reset bug")
            : DoctorCheck(
                "sqlite", .note,
                "\(version) may lose commits when a program checkpoints by itself (WAL-reset bug, fixed in 3.51.3); Weir "
                    + "does not, and other programs that write here should begin with PRAGMA wal_autocheckpoint = 0")
    }

    private func fileSystem() -> DoctorCheck {
        let folder = store.path.lastIndex(of: "/").map { String(store.path[..<$0]) } ?? "."
        var status = statfs()
        guard statfs(folder.isEmpty ? "/" : folder, &status) == 0 else {
            return DoctorCheck("file-system", .note, String(cString: strerror(errno)))
        }
        let free = (Int(status.f_bavail) * Int(status.f_bsize)) >> 20
        let name = FileSystemName.of(magic: UInt32(truncatingIfNeeded: status.f_type))
        let isLost = name == "tmpfs" || name == "ramfs"
        return DoctorCheck(
            "file-system", isLost || free < 64 ? .note : .ok,
            "\(name), \(free) MiB free" + (isLost ? "; it does not survive a reboot" : ""))
    }

    private func log() -> DoctorCheck {
        var status = stat()
        let size = stat(store.path + "-wal", &status) == 0 ? Int(status.st_size) : 0
        let isLong = size > 64 << 20
        return DoctorCheck(
            "wal-size", isLong ? .note : .ok,
            "\(size >> 10) KiB" + (isLong ? "; a reader may hold it, or a bulk write made it long" : ""))
    }

    private func memoryLimits() -> DoctorCheck {
        let detail =
            switch MemoryGroups.look() {
            case .delegated(let folder), .delegatedToMove(let folder):
                "by the kernel: a control group for each attempt in \(folder)"
            case .unavailable(let reason):
                "the runner looks at each limited job every 30 ms, or sooner when it is near its limit; no control "
                    + "groups for this process: \(reason)"
            }
        return DoctorCheck("memory-limits", .ok, detail)
    }

    private func runners() throws -> DoctorCheck {
        let survey = try RunnerSurvey(of: store)
        let dead = survey.dead
        guard !dead.isEmpty else {
            return DoctorCheck("runners", .ok, "\(survey.entries.count) live, none to rescue")
        }
        let held = dead.reduce(0) { $0 + $1.running }
        return DoctorCheck(
            "runners", .note,
            "\(dead.map { "\($0.id)" }.joined(separator: ", ")) died with \(held) jobs; the next runner takes them back"
        )
    }
}

/// What the kernel calls a file system, from its magic number (statfs(2)).
enum FileSystemName {
    static func of(magic: UInt32) -> String {
        switch magic {
        case 0xEF53: "ext4"
        case 0x0102_1994: "tmpfs"
        case 0x8584_58F6: "ramfs"
        case 0x5846_5342: "xfs"
        case 0x9123_683E: "btrfs"
        case 0x794C_7630: "overlay"
        case 0x2FC1_2FC1: "zfs"
        case 0xF2F5_2010: "f2fs"
        case 0x6573_5546: "FUSE"
        default: "file system 0x" + String(magic, radix: 16)
        }
    }
}
