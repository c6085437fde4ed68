import SQLite

extension SQLiteError {
    /// Whether the same write may succeed later: somebody holds the database, or the disk is full or fails.
    var mayPass: Bool { isBusy || isFull || code & 0xFF == 10 }
}
