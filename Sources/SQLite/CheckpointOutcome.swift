/// What a checkpoint did. Counts are frames of the write-ahead log: pages in the order in which they were written.
package enum CheckpointOutcome: Sendable, Hashable {
    /// Not enough frames yet.
    case notDue(frames: Int)
    /// All is in the database file: the next writer may begin the log anew, if no reader still uses it.
    case complete(frames: Int)
    /// A reader uses an older snapshot, so that later frames had to stay.
    case partial(frames: Int, moved: Int)
    /// Somebody else was at it.
    case busy
}
