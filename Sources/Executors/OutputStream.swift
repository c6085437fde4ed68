/// Which of a script's two streams wrote some bytes.
package enum OutputStream: UInt8, Sendable, Equatable {
    case standardOutput = 1
    case standardError = 2
}
