import CLinux
import Glibc
import NIOCore

extension Peer {
    /// Asks the kernel who made the connection. Called in the channel's event loop, which it holds for some ten
    /// microseconds.
    static func find(of channel: any Channel) -> Peer {
        guard let remote = channel.remoteAddress, let local = channel.localAddress else {
            return Peer(uid: nil, address: nil)
        }
        switch remote {
        case .unixDomainSocket: return Peer(uid: owner(ofSocketOf: channel), address: nil)
        case .v4, .v6: return Peer(uid: SocketTable.owner(of: remote, connectedTo: local), address: remote.ipAddress)
        }
    }

    /// As SO_PEERCRED answers.
    private struct Credentials {
        var pid: Int32 = 0
        var uid: UInt32 = .max
        var gid: UInt32 = .max
    }

    private static func owner(ofSocketOf channel: any Channel) -> UInt32? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        let answer: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        let box = NIOLoopBoundBox<UInt32?>(nil, eventLoop: channel.eventLoop)
        // In the channel's own event loop the future is complete at once.
        answer.whenSuccess { box.value = $0.uid }
        return box.value == .max ? nil : box.value
    }
}
