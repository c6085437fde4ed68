import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The one client of this process. It lives as long as the process does.
enum Client {
    private static let shared: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // Certificates are verified by default. Redirects are followed where it is known what goes with them.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(30)
        configuration.connectionPool.idleTimeout = .seconds(10)
        // As many as there are slots; and who refuses is told of at once: the job's own retries wait.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10_000
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }()

    static func send(_ request: HTTPClientRequest, by deadline: NIODeadline) async throws -> HTTPClientResponse {
        try await shared.execute(request, deadline: deadline)
    }
}

extension HTTPClientResponse {
    /// The whole body.
    ///
    /// - Parameter isHead: it has none, whatever its headers say.
    /// - Returns: `nil` when it has more than `limit` bytes.
    func bytes(atMost limit: Int, isHead: Bool = false) async throws -> [UInt8]? {
        if isHead { return [] }
        if let length = headers.first(name: "content-length").flatMap({ Int($0) }), length > limit { return nil }
        var bytes: [UInt8] = []
        for try await piece in body {
            guard bytes.count + piece.readableBytes <= limit else { return nil }
            bytes += piece.readableBytesView
        }
        return bytes
    }
}
