/// Why the service did not even try.
package enum StoreServiceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It was closed: the program ends.
    case closed
    /// Too much waits already; the caller tries again later.
    case overloaded
    /// The file at the path is no longer the one that is open; nothing is read from it or written to it any more.
    case replaced(path: String)

    package var description: String {
        switch self {
        case .closed: "the server is stopping"
        case .overloaded: "too many requests wait; try again in a moment"
        case .replaced(let path):
            "\(path): the database was removed, moved or replaced while it was in use; start this program again"
        }
    }
}
