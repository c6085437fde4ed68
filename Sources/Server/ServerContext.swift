package import Conductor
package import Hummingbird
package import NIOCore

/// What a request knows of where it came from.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Bytes of a body that is decoded.
    package var maxUploadSize: Int { Limits.standardBody }

    /// Who sent the request; asked for once a connection.
    func peer() async -> Peer {
        let channel = channel
        let peer = try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self).peer(of: channel)
        }.get()
        return peer ?? Peer(uid: nil, address: nil)
    }
}

extension ServerContext: DeliveryRoute {
    package func watch(_ delivery: Delivery) async {
        let channel = channel
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
                    .watch(delivery, on: channel)
            }.get()
        } catch {
            // The connection is gone, and the server may be, too.
            delivery.giveBack()
        }
    }
}
