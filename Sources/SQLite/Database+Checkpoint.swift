import CSQLite

extension Database {
    /// The log's length in frames after this database's last commit, 0 before it.
    package var walFrames: Int { connection.log.frames }

    /// Moves the log into the database file, in a turn of its own, when at least `frames` of its frames have not been
    /// moved yet.
    ///
    /// SQLite before 3.51.3 loses commits when the log is begun anew while a checkpoint reads its header. So another
    /// connection holds the write lock meanwhile, and writes nothing: nobody can commit then. The checkpoint is
    /// PASSIVE, which waits for nobody. It is the only kind that this program makes, but for SQLite's own when the
    /// last connection closes and no other exists.
    @discardableResult
    package func checkpoint(atLeast frames: Int = 250) throws -> CheckpointOutcome {
        guard connection.log.isDue(atLeast: frames) else { return .notDue(frames: walFrames) }
        let checkpointer = try openCheckpointer()
        let outcome = try inTurn { try checkpointer.checkpoint() }
        connection.log.checkpointed(outcome)
        return outcome
    }

    private func openCheckpointer() throws -> Connection {
        if let checkpointer { return checkpointer }
        let connection = try Connection(path: path, kind: .checkpointer, durability: options.durability)
        checkpointer = connection
        return connection
    }
}

extension Connection {
    /// A PASSIVE checkpoint. Only safe while another connection of ours holds the write lock.
    func checkpoint() throws(SQLiteError) -> CheckpointOutcome {
        var frames: Int32 = 0
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved)
        switch code {
        case SQLITE_OK: break
        case SQLITE_BUSY: return .busy
        default: throw error(code)
        }
        return moved >= frames ? .complete(frames: Int(frames)) : .partial(frames: Int(frames), moved: Int(moved))
    }
}
