/// What is left after a step of `TreeKill`.
package enum TreeKillStep: Sendable, Equatable {
    /// Step again in so many milliseconds.
    case again(after: Int)
    /// Nothing lives any more; so many processes were found and killed.
    case gone(killed: Int)
    /// These still live after many looks: they hang in the kernel, or may not be signalled. Step again later.
    case stuck(killed: Int, pids: [Int32])
}
