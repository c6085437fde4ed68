import Glibc

/// An error number of the operating system.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    package var number: Int32

    package init(_ number: Int32) { self.number = number }

    package var description: String { String(cString: strerror(number)) }
}
