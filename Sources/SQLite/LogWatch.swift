import CSQLite

/// How long the write-ahead log is, as each commit of a connection says, and when a checkpoint is due.
final class LogWatch {
    /// The log's length in frames after the last commit of this connection, 0 before.
    private(set) var frames = 0
    /// Frames that need no checkpoint, or that one could not move.
    private var settled = 0
    private var extra = 0

    /// The owner keeps the watch alive as long as the connection.
    func install(on handle: OpaquePointer) {
        (frames, settled, extra) = (0, 0, 0)
        sqlite3_wal_hook(
            handle,
            { context, _, _, frames in
                guard let context else { return SQLITE_OK }
                Unmanaged<LogWatch>.fromOpaque(context).takeUnretainedValue().committed(Int(frames))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func isDue(atLeast frames: Int) -> Bool { self.frames - settled >= max(frames, extra) }

    func checkpointed(_ outcome: CheckpointOutcome) {
        switch outcome {
        case .complete(let frames): (settled, extra) = (frames, 0)
        // A reader holds the rest: trying again with each commit would only cost time.
        case .partial(let frames, _): (settled, extra) = (frames, 1_000)
        case .notDue, .busy: break
        }
    }

    private func committed(_ frames: Int) {
        // A shorter log is a new one.
        if frames < self.frames { (settled, extra) = (0, 0) }
        self.frames = frames
    }
}
