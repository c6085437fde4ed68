import CSQLite
import Glibc

/// What SQLite said went wrong. It never holds the values that were bound.
package struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// SQLite's primary result code, such as 5 for SQLITE_BUSY.
    package var code: Int32
    /// The code with SQLite's detail, such as 517 for SQLITE_BUSY_SNAPSHOT.
    package var extendedCode: Int32
    package var message: String
    /// The statement, with its parameters unbound; `nil` where none was at fault.
    package var sql: String?
    /// The database's file.
    package var path: String
    /// What the operating system said about the last file operation that failed, or 0.
    package var systemError: Int32

    package init(
        extendedCode: Int32, message: String, sql: String? = nil, path: String, systemError: Int32 = 0
    ) {
        self.code = extendedCode & 0xff
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
        self.path = path
        self.systemError = systemError
    }

    package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }

    /// The disk, or a quota, is full. SQLite says SQLITE_FULL where it writes the database, but only "disk I/O error"
    /// where it makes room for its shared memory.
    package var isFull: Bool {
        code == SQLITE_FULL || (code == SQLITE_IOERR && (systemError == ENOSPC || systemError == EDQUOT))
    }

    package var isCorrupt: Bool { code == SQLITE_CORRUPT }
    package var isReadOnly: Bool { code == SQLITE_READONLY }
    /// The file that is open is no longer the one at its path: it was removed, moved or replaced. What is written into it
    /// nobody would find again.
    package var isMoved: Bool { extendedCode == Self.moved }
    package var isConstraint: Bool { code == SQLITE_CONSTRAINT }
    /// A UNIQUE or PRIMARY KEY constraint refused the row.
    package var isUniqueViolation: Bool {
        extendedCode == SQLITE_CONSTRAINT | 8 << 8 || extendedCode == SQLITE_CONSTRAINT | 6 << 8
    }
    package var isNotADatabase: Bool { code == SQLITE_NOTADB }
    package var isCannotOpen: Bool { code == SQLITE_CANTOPEN }
    package var isInterrupted: Bool { code == SQLITE_INTERRUPT }
    package var isTooBig: Bool { code == SQLITE_TOOBIG }
    package var isDenied: Bool { code == SQLITE_AUTH }
    /// A read or write of the disk failed, for another reason than that it is full.
    package var isInputOutput: Bool { code == SQLITE_IOERR && !isFull }
    /// fsync failed: what it should have written may be lost although a second fsync would say that all is well.
    package var isFailedSync: Bool {
        extendedCode == SQLITE_IOERR | 4 << 8 || extendedCode == SQLITE_IOERR | 5 << 8
    }

    /// SQLITE_READONLY_DBMOVED, which Swift does not import.
    private static let moved = SQLITE_READONLY | 4 << 8

    static func moved(path: String) -> SQLiteError {
        SQLiteError(
            extendedCode: moved, message: "the database was removed, moved or replaced while it was in use", path: path)
    }

    package var description: String {
        var text = "\(path): \(message) (SQLite's code \(extendedCode)"
        if systemError != 0 { text += ", \(String(cString: strerror(systemError)))" }
        text += ")"
        if let sql { text += " in: \(sql)" }
        return text
    }
}
