import ArgumentParser
import Engine
import Glibc
import Jobs
import SQLite

/// What every command on a database takes.
struct StoreOptions: ParsableArguments {
    @Option(name: .customLong("db"), help: ArgumentHelp("The database.", valueName: "path"))
    var database: String?

    @Option(help: "Survive power loss (full), or only crashes of programs (normal).")
    var durability: DurabilityOption = .full

    var path: String { DatabaseLocation.find(given: database) }

    /// Opens the database, and makes it when it is missing and `create` says so.
    ///
    /// - Parameters:
    ///   - kind: what this process is, for those who wait behind it.
    ///   - lease: milliseconds after which a stopped process that holds up all others is killed.
    ///   - patience: how long a write waits for its turn.
    func openStore(
        kind: String, create: Bool, lease: Int = 15_000, patience: Duration = .seconds(30)
    ) throws -> JobStore {
        let options = Database.Options(
            path: path, durability: durability == .full ? .full : .normal,
            identity: .current(kind: kind, mayBeKilled: true), stoppedHolderPatience: .milliseconds(lease),
            writeLockDeadline: patience, createIfMissing: create, applicationID: JobStore.applicationID)
        let store = try JobStore(options)
        store.fillPoolsFromMachine()
        return store
    }

    /// Opens the database if there is one: for commands that make it only when all that they were given is right.
    func openIfThere(
        kind: String, lease: Int = 15_000, patience: Duration = .seconds(30)
    ) throws -> JobStore? {
        guard access(path, F_OK) == 0 else { return nil }
        return try openStore(kind: kind, create: true, lease: lease, patience: patience)
    }
}

extension JobStore {
    /// Says which pools that were asked for are found nowhere: a likely slip, and no limit at all.
    func warnOfUnknownPools(_ specs: [JobSpec], workflow: String? = nil) throws {
        let names = specs.reduce(into: Set<String>()) { $0.formUnion($1.pools.keys) }
        guard !names.isEmpty else { return }
        for name in try look({ try $0.unknownPools(names, workflow: workflow) }) {
            StandardError.print(
                "weir: there is no pool '\(name)', so it bounds nothing; 'weir pool set \(name) N' makes it")
        }
    }
}

enum DurabilityOption: String, CaseIterable, ExpressibleByArgument { case full, normal }
