// swift-tools-version: 6.2
import PackageDescription

// A program of its own that embeds Weir. Outside of Weir's folder, depend on its repository instead of a path.
let package = Package(
    name: "library",
    dependencies: [
        .package(name: "weir", path: "../.."),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "SystemSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .executableTarget(
            name: "Library",
            dependencies: [
                "SystemSQLite",
                .product(name: "WeirKit", package: "weir"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
