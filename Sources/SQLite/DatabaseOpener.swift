/// Opens a writer's connection: finds out whose the file is, and makes the database where there is none.
struct DatabaseOpener {
    let file: DatabaseFile
    let options: Database.Options

    func open() throws(DatabaseOpenError) -> (connection: Connection, gate: Gate) {
        // Looked at before the gate's file is made, so that nothing is put beside another program's database.
        if file.hasContent, let connection = try openOurs() {
            let gate = try makeGate()
            do throws(DatabaseOpenError) {
                try ensureWAL(connection, gate)
            } catch {
                connection.close()
                throw error
            }
            return (connection, gate)
        }
        return try openEmpty()
    }

    /// The connection, or `nil` when the file holds nothing yet: perhaps somebody is making the database just now.
    private func openOurs() throws(DatabaseOpenError) -> Connection? {
        let connection = try connect()
        do throws(DatabaseOpenError) {
            guard try isOurs(connection) else {
                connection.close()
                return nil
            }
            connection.checkpointsAtLastClose(true)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    /// Makes the database in a turn of our own, unless another process did so before.
    private func openEmpty() throws(DatabaseOpenError) -> (connection: Connection, gate: Gate) {
        let gate = try makeGate()
        gate.enter(within: options.writeLockDeadline)
        defer { gate.leave() }
        if options.createIfMissing { try file.create() }
        if let connection = try openOurs() { return (connection, gate) }
        guard options.createIfMissing else { throw .missing(path: file.path) }
        let connection = try connect()
        do throws(DatabaseOpenError) {
            try initialize(connection)
        } catch {
            connection.close()
            throw error
        }
        connection.checkpointsAtLastClose(true)
        return (connection, gate)
    }

    private func connect() throws(DatabaseOpenError) -> Connection {
        do {
            let connection = try Connection(
                path: file.path, kind: .writer, durability: options.durability, busyPatience: options.writeLockDeadline)
            // Another program's log is left as it is.
            connection.checkpointsAtLastClose(false)
            return connection
        } catch {
            throw DatabaseOpenError(error)
        }
    }

    private func makeGate() throws(DatabaseOpenError) -> Gate {
        do {
            return try Gate(
                path: file.path + "-gate", identity: options.identity, patience: options.stoppedHolderPatience)
        } catch {
            throw .cannotCreate(path: file.path + "-gate", error)
        }
    }

    /// False when the database is empty.
    private func isOurs(_ connection: Connection) throws(DatabaseOpenError) -> Bool {
        let found: (applicationID: Int, version: Int, objects: Int)
        do throws(SQLiteError) {
            // One snapshot: in the next moment another process may have filled what was empty.
            try connection.script("BEGIN")
            found = (
                try connection.integer("PRAGMA application_id"), try connection.integer("PRAGMA user_version"),
                try connection.integer("SELECT count(*) FROM sqlite_schema")
            )
            try connection.script("COMMIT")
        } catch {
            throw DatabaseOpenError(error)
        }
        if found.applicationID == Int(options.applicationID) { return true }
        if found == (0, 0, 0) { return false }
        throw .notOurs(path: file.path, applicationID: Int32(truncatingIfNeeded: found.applicationID))
    }

    private func initialize(_ connection: Connection) throws(DatabaseOpenError) {
        do throws(SQLiteError) {
            // These two only take effect before the first page is written, which the change to WAL does.
            try connection.script("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL")
            try setWAL(connection)
            try connection.script("PRAGMA application_id = \(options.applicationID)")
        } catch {
            throw DatabaseOpenError(error)
        }
        try requireWAL(connection)
    }

    private func ensureWAL(_ connection: Connection, _ gate: Gate) throws(DatabaseOpenError) {
        do throws(SQLiteError) {
            if try connection.journalMode() == "wal" { return }
            gate.enter(within: options.writeLockDeadline)
            defer { gate.leave() }
            try setWAL(connection)
        } catch {
            throw DatabaseOpenError(error)
        }
        try requireWAL(connection)
    }

    private func setWAL(_ connection: Connection) throws(SQLiteError) {
        try connection.script("PRAGMA journal_mode = WAL")
    }

    private func requireWAL(_ connection: Connection) throws(DatabaseOpenError) {
        let mode: String
        do {
            mode = try connection.journalMode()
        } catch {
            throw DatabaseOpenError(error)
        }
        guard mode == "wal" else { throw .noWAL(path: file.path, mode: mode) }
    }
}
