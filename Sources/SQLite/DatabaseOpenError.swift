/// Why a database cannot be opened, or not be made.
package enum DatabaseOpenError: Error, CustomStringConvertible {
    case missing(path: String)
    case unreadable(path: String)
    case readOnly(path: String)
    case cannotCreate(path: String, SystemError)
    case notADatabase(path: String)
    /// A database of another program. `applicationID` is what it says of itself; 0 is nothing.
    case notOurs(path: String, applicationID: Int32)
    case corrupt(SQLiteError)
    case diskFull(path: String)
    case networkFileSystem(path: String, name: String)
    /// Others may replace files in the folder.
    case insecureFolder(path: String)
    case noWAL(path: String, mode: String)
    case locked(SQLiteError)
    case other(SQLiteError)

    init(_ error: SQLiteError) {
        self =
            if error.isNotADatabase { .notADatabase(path: error.path) } else if error.isCorrupt {
                .corrupt(error)
            } else if error.isFull { .diskFull(path: error.path) } else if error.isReadOnly {
                .readOnly(path: error.path)
            } else if error.isBusy { .locked(error) } else { .other(error) }
    }

    package var description: String {
        switch self {
        case .missing(let path):
            "\(path): there is no database; make one with `weir init`, or name another with --db"
        case .unreadable(let path):
            "\(path): this user may not read the database; use its owner's account, or name another with --db"
        case .readOnly(let path):
            "\(path): this user may not write the database, its -wal and -shm files or its folder; "
                + "correct their permissions, or use its owner's account"
        case .cannotCreate(let path, let reason):
            "\(path): the database cannot be made: \(reason); name another place with --db"
        case .notADatabase(let path):
            "\(path): this file is not a Weir database (it is no SQLite database at all); name another with --db"
        case .notOurs(let path, let applicationID):
            "\(path): this is not a Weir database but another program's"
                + (applicationID == 0 ? "" : " (application id \(applicationID))")
                + "; it was left as it is; name another with --db"
        case .corrupt(let error):
            "\(error.path): the database is damaged (\(error.message)); keep the file and its -wal, "
                + "and go back to a backup, or save what can be read with `sqlite3 \(error.path) .recover`"
        case .diskFull(let path):
            "\(path): the disk is full, or a quota is used up; free some space and try again"
        case .networkFileSystem(let path, let name):
            "\(path): the folder is on a network file system (\(name)), where SQLite loses data; "
                + "keep the database on a local disk"
                + (name == "FUSE" ? ", or set WEIR_ALLOW_FUSE=1 if this one is local" : "")
        case .insecureFolder(let path):
            "\(path): others may write in this folder, and so replace the database; `chmod go-w \(path)` mends it"
        case .noWAL(let path, let mode):
            "\(path): the journal mode is '\(mode)' and cannot be changed to 'wal', which several writers need"
        case .locked(let error):
            "\(error.path): another program keeps the database locked (\(error.message)); end it, and try again"
        case .other(let error):
            "\(error)"
        }
    }
}
