// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// Imports go only downwards; docs/architecture.md has the picture, and the build checks it
// (--explicit-target-dependency-import-check error, see tools/lib.sh).
let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["weir"]),
        .library(name: "WeirKit", targets: ["WeirKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.6.0"),
    ],
    targets: [
        // Storage.
        .systemLibrary(name: "CSQLite", path: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CLinux"),
        .target(name: "SQLite", dependencies: ["CSQLite", "CLinux"], swiftSettings: strict),
        .target(
            name: "Migrations", path: "migrations", resources: [.embedInCode("sql")], swiftSettings: strict),

        // JSON values, which all above share.
        .target(name: "JSON", swiftSettings: strict),

        // When something repeats: cron and time zones.
        .target(name: "Schedules", swiftSettings: strict),
        // Pictures of graphs, and the workflows that `weir new` writes.
        .target(name: "Graphs", swiftSettings: strict),
        .target(name: "Templates", resources: [.embedInCode("yaml")], swiftSettings: strict),
        // The web page.
        .target(name: "Pages", resources: [.embedInCode("files")], swiftSettings: strict),

        // Keys and frames of a terminal.
        .target(name: "Terminals", dependencies: ["CLinux"], swiftSettings: strict),

        // Three cores that do not know one another.
        .target(name: "Jobs", dependencies: ["SQLite", "Migrations", "CLinux"], swiftSettings: strict),
        .target(name: "CYamlLimits", dependencies: ["Yams"]),
        .target(
            name: "Workflows", dependencies: ["CYamlLimits", "JSON", "Schedules", "Yams"], swiftSettings: strict),
        .target(name: "CSpawn"),
        .target(name: "Executors", dependencies: ["CSpawn", "CLinux", "JSON"], swiftSettings: strict),

        // Use cases and loops.
        .target(
            name: "Engine",
            dependencies: [
                "Jobs", "SQLite", "Workflows", "Executors", "Schedules", "JSON", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // The database for what is asynchronous: the doors.
        .target(name: "Stores", dependencies: ["Engine", "Jobs", "SQLite", "CLinux"], swiftSettings: strict),
        // The Model Context Protocol: tools over jobs and workflows; knows no transport but lines.
        .target(
            name: "MCP",
            dependencies: ["Stores", "Engine", "Executors", "Jobs", "SQLite", "Workflows", "JSON", "CLinux"],
            swiftSettings: strict),
        // Requests over HTTP and to chat endpoints, as tasks of a runner.
        .target(
            name: "Requests",
            dependencies: [
                "Engine", "Workflows", "JSON", "CLinux",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        // The HTTP server.
        .target(
            name: "Server",
            dependencies: [
                "Conductor", "Stores", "MCP", "Pages", "Engine", "Executors", "Jobs", "SQLite", "Workflows", "JSON",
                "CLinux",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "weir",
            dependencies: [
                "Engine", "Jobs", "SQLite", "Workflows", "Executors", "Schedules", "JSON", "CLinux", "Graphs",
                "Templates", "Requests", "Terminals", "Stores", "Server", "MCP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // The library for programs that embed the queue.
        .target(
            name: "WeirKit",
            dependencies: [
                "Engine", "Jobs", "SQLite", "Stores", "Workflows", "JSON", "CLinux", "Requests",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // Conductor's REST API: definitions, executions, tasks for remote workers.
        .target(
            name: "Conductor",
            dependencies: [
                "Stores", "Engine", "Jobs", "SQLite", "Workflows", "JSON",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict),

        // What tools/bench measures of the program itself.
        .executableTarget(
            name: "weir-bench",
            dependencies: ["Engine", "Executors", "Jobs", "SQLite", .product(name: "Logging", package: "swift-log")],
            path: "Sources/Bench", swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["SQLite", "Jobs"], path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "CWalReset", dependencies: ["CSQLite"], path: "Tests/CWalReset"),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "CSQLite", "CWalReset"], swiftSettings: strict),
        .testTarget(
            name: "JobsTests", dependencies: ["Jobs", "SQLite", "Migrations", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(
            name: "WorkflowsTests", dependencies: ["Workflows", "JSON"], exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "SchedulesTests", dependencies: ["Schedules"], exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(name: "TerminalsTests", dependencies: ["Terminals"], swiftSettings: strict),
        .testTarget(name: "GraphsTests", dependencies: ["Graphs", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "ExecutorsTests", dependencies: ["Executors", "CSpawn", "CLinux"], swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Engine", "Jobs", "SQLite", "Workflows", "Executors", "Schedules", "JSON", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "WeirKitTests",
            dependencies: [
                "WeirKit", "CSQLite", "Jobs", "SQLite", "TestSupport", "EmbeddingProgram",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // A program that embeds a runner, for tests to kill.
        .executableTarget(
            name: "EmbeddingProgram", dependencies: ["WeirKit"], path: "Tests/EmbeddingProgram", swiftSettings: strict),
        .testTarget(
            name: "MCPTests",
            dependencies: ["MCP", "Stores", "Engine", "Jobs", "SQLite", "Workflows", "JSON", "TestSupport", "CLinux"],
            swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Stores", "Jobs", "SQLite", "JSON", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ConductorTests", dependencies: ["Conductor", "Jobs", "SQLite", "JSON", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "RequestsTests", dependencies: ["Requests", "JSON", "Workflows"], swiftSettings: strict),
        .testTarget(
            name: "WeirTests", dependencies: ["SQLite", "Jobs", "Terminals", "TestSupport", "weir"],
            swiftSettings: strict),
        // Real processes of the program; WEIR_STORM=full runs the sizes that a release must stand.
        .testTarget(
            name: "SystemTests", dependencies: ["SQLite", "Jobs", "JSON", "TestSupport", "weir"],
            exclude: ["Conductor", "Server"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
