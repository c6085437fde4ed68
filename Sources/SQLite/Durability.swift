/// What an acknowledged commit survives. A crash of the process loses nothing in either case.
package enum Durability: String, Sendable, CaseIterable {
    /// Power loss: each commit waits for the disk.
    case full
    /// Power loss may undo the last moments' commits; the file stays whole.
    case normal
}
