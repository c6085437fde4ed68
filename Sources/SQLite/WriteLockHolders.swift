import Glibc

/// Finds out, for a message, which process keeps the write lock.
enum WriteLockHolders {
    /// The byte of the -shm file that SQLite locks for a writer.
    private static let writeLockByte = 120

    static func explain(_ error: SQLiteError, gate: Gate) -> SQLiteError {
        var error = error
        error.message += "; " + explanation(path: error.path, gateHolder: gate.holder)
        return error
    }

    private static func explanation(path: String, gateHolder: GateIdentity?) -> String {
        let holders = pids(path: path)
        guard holders.isEmpty else {
            let names = holders.map { "process \($0)" + (ProcessStatus.name(of: $0).map { " (\($0))" } ?? "") }
            return "the write lock is held by " + names.joined(separator: ", ")
        }
        if let gateHolder { return "it is the turn of \(gateHolder)" }
        return "another program, perhaps a shell with an open BEGIN, held the write lock"
    }

    /// By /proc/locks: to ask the file itself, this process would have to open it, and lose SQLite's locks on it.
    private static func pids(path: String) -> [Int32] {
        var status = stat()
        guard stat(path + "-shm", &status) == 0, let locks = ProcessStatus.read("/proc/locks") else { return [] }
        return locks.split(separator: "\n").compactMap { line in pid(inLine: line, inode: UInt64(status.st_ino)) }
    }

    /// A line is `1: POSIX  ADVISORY  WRITE 2741 08:01:1441810 120 120`.
    private static func pid(inLine line: Substring, inode: UInt64) -> Int32? {
        let fields = line.split(separator: " ")
        guard fields.count == 8, fields[3] == "WRITE", fields[5].split(separator: ":").last == "\(inode)",
            let first = Int(fields[6]), let last = Int(fields[7]), (first...max(first, last)).contains(writeLockByte)
        else { return nil }
        return Int32(fields[4])
    }
}
