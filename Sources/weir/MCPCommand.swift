import ArgumentParser
import Engine
import Glibc
import Jobs
import MCP
import SQLite
import Server
import Stores

struct MCPCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp", abstract: "Let a client of the Model Context Protocol run and watch workflows.",
        discussion: """
            Speaks MCP on standard input and output, until the input ends. A client starts it, as in

              {"command": "weir", "args": ["mcp", "--db", "/path/.weir/weir.db"]}

            What is started is stored, and goes on when the client ends. When nobody
            executes it, a runner is started, which ends when nothing is left to do.
            """)

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            "What the client may do, separated by commas: read, change (cancel, retry), execute.",
            valueName: "list"))
    var allow = AllowOption.all

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Slots of a runner that is started when none lives; 0: start none.", valueName: "n"))
    var slots = 4

    @Option(help: ArgumentHelp("Look for workflows here, too.", valueName: "directory")) var workflows: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where commands run, and .conductor/workflows is. (default: here; else beside the database's .weir)",
            valueName: "directory"))
    var directory: String?

    func check() throws {
        guard (0...10_000).contains(slots) else {
            throw ValidationError("--slots must be a whole number from 0 to 10000, not \(slots)")
        }
    }

    func execute() throws {
        // Makes the database, and says what is wrong with it before a client is served.
        try options.openStore(kind: "mcp", create: true).close()
        try Blocking.run { try await serve() }
    }

    private func serve() async throws {
        let database = Database.Options(
            path: options.path, durability: options.durability == .full ? .full : .normal,
            identity: .current(kind: "mcp", mayBeKilled: true), applicationID: JobStore.applicationID)
        let service = try await StoreService(database)
        defer { service.close() }
        var context = ToolContext(service: service, directory: try workingFolder(database: service.path))
        context.folders = try Directory.existing(workflows)
        context.searchPath = DatabaseLocation.environment("PATH")
        context.definitions = ConductorStarter(directory: service.folder, bootID: HostIdentity.bootID())
        if slots > 0, allow.access.contains(.execute) {
            context.crew = DetachedRunner(database: service.path, directory: context.directory, slots: slots)
        }
        let session = Session(context: context, access: allow.access, version: Weir.version)
        guard let host = StdioHost(session: session) else {
            throw Failure("no descriptor is left: \(String(cString: strerror(errno)))", code: Failure.unavailable)
        }
        try await host.run()
    }

    /// Clients start this anywhere: the database tells better where the project is than a folder without workflows.
    private func workingFolder(database: String) throws -> String {
        if let directory {
            let path = try Directory.absolute(directory)
            guard access(path, R_OK | X_OK) == 0 else {
                throw Failure("--directory \(path): \(String(cString: strerror(errno)))", code: Failure.noInput)
            }
            return path
        }
        let here = try Directory.absolute(nil)
        func hasWorkflows(_ folder: String) -> Bool { access("\(folder)/\(WorkflowDocument.usualFolder)", F_OK) == 0 }
        guard !hasWorkflows(here) else { return here }
        var words = database.split(separator: "/").dropLast()
        if words.last == ".weir" { words = words.dropLast() }
        let beside = "/" + words.joined(separator: "/")
        return hasWorkflows(beside) ? beside : here
    }
}

/// `read,change`
struct AllowOption: ExpressibleByArgument {
    let access: Set<ToolAccess>

    static let all = AllowOption(access: Set(ToolAccess.allCases))

    init(access: Set<ToolAccess>) { self.access = access }

    init?(argument: String) {
        let words = argument.split(separator: ",").map { String($0) }
        let access = words.compactMap { ToolAccess(rawValue: $0) }
        guard !access.isEmpty, access.count == words.count else { return nil }
        self.init(access: Set(access))
    }

    var defaultValueDescription: String { ToolAccess.allCases.map(\.rawValue).joined(separator: ",") }
}
