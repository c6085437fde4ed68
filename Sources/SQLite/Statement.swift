/// A prepared statement with what the hot path asks about it.
struct Statement {
    let pointer: OpaquePointer
    let parameterCount: Int32
    /// It writes nothing, so that it may be left before its last row.
    let isReadOnly: Bool
    /// The cache keeps it; otherwise it is finalized after its one use.
    var isCached: Bool
}
