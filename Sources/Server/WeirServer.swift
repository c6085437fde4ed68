import HummingbirdCore
import CLinux
import Glibc
import Hummingbird
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The HTTP server on one database.
package struct WeirServer: Sendable {
    private let services: ServerServices
    private let log: Logger

    package init(_ services: ServerServices, log: Logger) {
        self.services = services
        self.log = log
    }

    /// Serves until SIGTERM or SIGINT, or until the task is cancelled; then lets what is under way end, for a while.
    ///
    /// - Parameters:
    ///   - isReady: called when requests are taken, with the port, or `nil` on a Unix socket.
    ///   - isStopping: called once when the end begins, before requests that are under way have ended.
    /// - Throws: `ServeError` when the address cannot be listened at, or when the database was removed or replaced.
    package func run(
        isReady: @escaping @Sendable (Int?) async -> Void = { _ in },
        isStopping: @escaping @Sendable () -> Void = {}
    ) async throws {
        let socket = try prepareSocket()
        defer { if let socket { unlink(socket) } }
        let application = Application(
            router: ServerRouter.make(services),
            server: try channels(),
            configuration: ApplicationConfiguration(
                address: bindAddress, serverName: nil,
                availableConnectionsDelegate: .maximum(services.settings.limits.connections, logger: log)),
            onServerRunning: { channel in await isReady(channel.localAddress?.port) },
            logger: log)
        var configuration = ServiceGroupConfiguration(
            services: group(application, isStopping), gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        configuration.maximumGracefulShutdownDuration = services.settings.limits.stop
        configuration.maximumCancellationDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw ServeError(
                "\(name): \(String(cString: strerror(error.errnoCode))); is another server there? see --port")
        }
    }

    /// They are stopped from the last to the first: who waits for a run or follows events is let go before the server waits
    /// for what is under way.
    private func group(
        _ application: some Service, _ isStopping: @escaping @Sendable () -> Void
    ) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        [
            .init(service: ConductorWatch(routes: services.conductor)), .init(service: application),
            .init(service: services.events),
            .init(
                service: StopWatch(store: services.store, isStopping: isStopping),
                failureTerminationBehavior: .gracefullyShutdownGroup),
        ]
    }

    private var name: String {
        switch services.settings.listening {
        case .address(let host, let port): "\(host):\(port)"
        case .socket(let path): path
        }
    }

    private var bindAddress: BindAddress {
        switch services.settings.listening {
        case .address(let host, let port): .hostname(host, port: port)
        case .socket(let path): .unixDomainSocket(path: path)
        }
    }

    /// A socket that a server has left is removed; one where a server listens, or anything else, is not.
    private func prepareSocket() throws -> String? {
        guard case .socket(let path) = services.settings.listening else { return nil }
        switch clinux_is_socket(path) {
        case 1 where clinux_is_listened_at(path) == 1: throw ServeError("\(path): another server listens there")
        case 0: throw ServeError("\(path) is there, and is no socket")
        default: break
        }
        return path
    }

    private func channels() throws -> HTTPServerBuilder {
        let limits = services.settings.limits
        let counts = ConnectionCounts(allowed: limits.connectionsOfStranger)
        let plain = HTTPServerBuilder { HTTPChannel(responder: $0, limits: limits, counts: counts) }
        guard let certificate = services.settings.certificate else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.chain).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: certificate.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            // Clients that keep a connection and do not read it never answer its end.
            configuration.shutdownTimeout = .milliseconds(500)
            // Hummingbird would find out later that the key is another's.
            _ = try NIOSSLContext(configuration: configuration)
            return try .tls(plain, tlsConfiguration: configuration)
        } catch {
            throw ServeError(
                "\(certificate.chain), \(certificate.key): the certificate or its key cannot be used: \(error); both are PEM "
                    + "files, and the key is that of the certificate")
        }
    }
}
