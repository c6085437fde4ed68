import Jobs
import SQLite

/// The `name=value` arguments of a command.
struct Settings {
    private var values: [String: String] = [:]

    init(_ arguments: some Sequence<String>) throws {
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw BenchError("not name=value: \(argument)") }
            values[parts[0]] = parts[1]
        }
    }

    func text(_ name: String, _ standard: String? = nil) throws -> String {
        guard let value = values[name] ?? standard else { throw BenchError("\(name)=… is missing") }
        return value
    }

    func int(_ name: String, _ standard: Int? = nil) throws -> Int {
        guard let value = Int(try text(name, standard.map { "\($0)" })) else {
            throw BenchError("\(name) must be a whole number")
        }
        return value
    }

    /// Opens the database `db`, and makes it when it is missing.
    func openStore() throws -> JobStore {
        let durability: Durability = try text("durability", "full") == "full" ? .full : .normal
        return try JobStore(
            Database.Options(
                path: text("db"), durability: durability, identity: .current(kind: "bench", mayBeKilled: true),
                createIfMissing: true, applicationID: JobStore.applicationID))
    }
}
