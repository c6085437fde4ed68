/// What a read of a script's pipe left behind.
package enum PipeState: Sendable, Equatable {
    /// Nothing more to read for now.
    case open
    /// The bound of one call was reached: there may be more at once.
    case more
    /// Every writer is gone, and the descriptor is closed.
    case closed
}
