import CLinux
import Glibc
import NIOCore

/// The kernel's table of TCP sockets, which says who owns each of this host.
enum SocketTable {
    /// The uid of the process whose socket is bound to `address` and connected to `peer`; `nil`: no process of this host
    /// has such a socket.
    static func owner(of address: SocketAddress, connectedTo peer: SocketAddress) -> UInt32? {
        var uid: UInt32 = .max
        let result = address.withSockAddr { source, _ in
            peer.withSockAddr { target, _ in clinux_socket_owner(source, target, &uid) }
        }
        if result == 0 { return uid }
        guard errno != ENOENT, let port = address.port, let peerPort = peer.port else { return nil }
        // Where the kernel has no diagnosis of sockets, it has a file of them.
        return SocketFile.owner(of: (bytes(of: address), port), connectedTo: (bytes(of: peer), peerPort))
    }

    /// In network order: after family and port, and in IPv6 the flow.
    private static func bytes(of address: SocketAddress) -> [UInt8] {
        address.withSockAddr { pointer, length in
            let all = UnsafeRawBufferPointer(start: pointer, count: length)
            return Array(address.protocol == .inet6 ? all[8..<24] : all[4..<8])
        }
    }
}
