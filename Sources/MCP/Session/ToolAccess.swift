/// What a client may have done, apart from one another.
package enum ToolAccess: String, Sendable, CaseIterable {
    case read  // looks, and changes nothing
    case change  // steers what is stored: cancel, retry
    case execute  // stores new work: what it executes is up to the client
}
