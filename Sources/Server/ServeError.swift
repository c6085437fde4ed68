/// Why the server cannot start: what, where, and how to mend it.
package struct ServeError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
