import Glibc
import NIOCore

/// Whether a client that has closed its connection had read what was sent to it.
enum UnreadAnswer {
    /// Called in the channel's event loop when the client's end of the stream was read. A client that closes what it has
    /// read acknowledges it by that; what is sent to one that has closed before is answered with a reset, which the end
    /// of the stream hides from reads.
    static func isFound(on channel: any Channel) -> Bool {
        if let error = try? channel.syncOptions?.getOption(.socketOption(.so_error)),
            error == EPIPE || error == ECONNRESET
        {
            return true
        }
        guard let socket = channel as? any SocketOptionProvider else { return false }
        var isFound = false
        // In the event loop it is there at once. Sockets of the file system have none.
        socket.getTCPInfo().assumeIsolated().whenSuccess { isFound = $0.tcpi_unacked > 0 }
        return isFound
    }
}
