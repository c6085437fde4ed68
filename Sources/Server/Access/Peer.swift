/// Who is at the other end of a connection, as far as the kernel tells.
package struct Peer: Sendable, Hashable {
    /// Of the process that made the connection; `nil`: it is on another host, or the kernel does not know.
    package var uid: UInt32?
    /// The address that it comes from; `nil` on a Unix socket.
    package var address: String?

    package init(uid: UInt32?, address: String?) {
        self.uid = uid
        self.address = address
    }
}
