import SQLite

let testApplicationID: Int32 = 0x5765_6972

func openDatabase(
    _ path: String, deadline: Duration = .seconds(60), patience: Duration = .seconds(15), mayBeKilled: Bool = true,
    create: Bool = true, durability: Durability = .normal
) throws -> Database {
    try Database(
        .init(
            path: path, durability: durability,
            identity: .current(kind: "test", mayBeKilled: mayBeKilled), stoppedHolderPatience: patience,
            writeLockDeadline: deadline, createIfMissing: create, applicationID: testApplicationID))
}

/// A new database in a folder of its own.
@discardableResult
func withDatabase<R>(_ body: (Database) throws -> R) throws -> R {
    try withTemporaryFolder { folder throws in
        let database = try openDatabase("\(folder)/test.db")
        defer { database.close() }
        return try body(database)
    }
}
