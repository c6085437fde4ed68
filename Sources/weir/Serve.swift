import ArgumentParser
import Engine
import Glibc
import Jobs
import Logging
import SQLite
import Server
import Stores

struct Serve: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Let other programs and people in over HTTP.",
        discussion: """
            Serves Conductor's API, Weir's own (/v1), MCP (/mcp), a web page and /metrics on 127.0.0.1:8080, until SIGTERM or
            Ctrl-C. Programs of the same user need nothing to come in; all others send the token of the file DB-token
            (Authorization: Bearer …).

              weir serve
              weir serve --slots 4
              curl http://127.0.0.1:8080/v1/jobs -d '{"shell": "make"}'
            """)

    @OptionGroup var options: StoreOptions

    @Option(help: "The port; 0 for one that the system chooses, which is printed.")
    var port: Int = 8080

    @Option(help: ArgumentHelp("Listen at a Unix socket instead of a port.", valueName: "path"))
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "Listen at another address than 127.0.0.1; everybody needs the token then, and it needs TLS or --insecure.",
            valueName: "address"))
    var bind: String = "127.0.0.1"

    @Option(
        name: .customLong("tls-certificate"), help: ArgumentHelp("PEM: the certificate's chain.", valueName: "file"))
    var certificate: String?

    @Option(name: .customLong("tls-key"), help: ArgumentHelp("PEM: the certificate's key.", valueName: "file"))
    var key: String?

    @Flag(help: "Listen at another address without TLS: whoever sees the traffic sees the token.")
    var insecure = false

    @Flag(help: "Programs of the same user need the token too.")
    var requireToken = false

    @Option(help: ArgumentHelp("Run jobs in so many slots as well.", valueName: "n"))
    var slots: Int?

    @Option(
        help: ArgumentHelp(
            "Workflow files that may be started by name; repeatable, beside .conductor/workflows.", valueName: "folder")
    )
    var workflows: [String] = []

    @Option(
        help: ArgumentHelp(
            "What clients at /mcp may do, separated by commas: read, change (cancel, retry), execute. (default: all)",
            valueName: "list"))
    var allow = AllowOption.all

    @OptionGroup var log: LogOptions

    func check() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must lie between 0 and 65535") }
        if let slots, !(1...10_000).contains(slots) {
            throw ValidationError("--slots must be a whole number from 1 to 10000, not \(slots)")
        }
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        guard ServerSettings.isLoopback(bind) || certificate != nil || insecure || socket != nil else {
            throw ValidationError(
                "--bind \(bind) lets other hosts in: give --tls-certificate and --tls-key, or --insecure")
        }
    }

    func execute() throws {
        _ = try Directory.existing(workflows)
        // Makes the database, and says what is wrong with it before anything is started.
        try options.openStore(kind: "serve", create: true).close()
        let child = try slots.map { try RunnerChild(slots: $0, database: options.path) }
        defer { child?.stop() }
        // Sockets that this process makes are its user's alone.
        umask(0o077)
        try Blocking.run { try await serve(beside: child) }
    }

    private func serve(beside child: RunnerChild?) async throws {
        let database = Database.Options(
            path: options.path, durability: options.durability == .full ? .full : .normal,
            identity: .current(kind: "serve", mayBeKilled: true), applicationID: JobStore.applicationID)
        let store = try await StoreService(database)
        defer { store.close() }
        let services = try ServerServices(
            store: store, settings: settings(), token: AccessToken.load(database: store.path))
        try await WeirServer(services, log: log.logger(.server, level: .notice)).run(
            isReady: { port in
                StandardError.print(
                    "weir: serving \(address(port)); the token is in \(AccessToken.path(database: store.path))")
            },
            // Its jobs end while requests do.
            isStopping: { child?.beginStop() })
    }

    private func address(_ port: Int?) -> String {
        if let socket { return socket }
        let host = bind.contains(":") && !bind.hasPrefix("[") ? "[\(bind)]" : bind
        return "\(certificate == nil ? "http" : "https")://\(host):\(port ?? self.port)"
    }

    private func settings() -> ServerSettings {
        var settings = ServerSettings(
            listening: socket.map { .socket(path: $0) } ?? .address(bind, port: port), version: Weir.version,
            directory: DatabaseLocation.currentFolder() ?? "/")
        if let certificate, let key { settings.certificate = .init(chain: certificate, key: key) }
        settings.requiresToken = requireToken
        settings.workflowFolders = workflows
        settings.toolAccess = allow.access
        settings.environment = ProcessEnvironment.all()
        return settings
    }
}
