/// A process that held the gate while it was stopped, for longer than a waiter's patience.
package struct StoppedHolder: Sendable, Hashable {
    package var identity: GateIdentity
    package var stoppedFor: Duration
    /// Whether the waiter killed it; otherwise the waiter goes on without the gate at its deadline.
    package var wasKilled: Bool
}
