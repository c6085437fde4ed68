/// Why the service did not even try.
package enum StoreServiceError: Error, Sendable, CustomStringConvertible {
    /// It was closed: the program ends.
    case closed
    /// Too much waits already; the caller tries again later.
    case overloaded

    package var description: String {
        switch self {
        case .closed: "the server is stopping"
        case .overloaded: "too many requests wait for the database; try again in a moment"
        }
    }
}
