import SQLite

/// What is done once, however often a client asks for it.
extension JobTransaction {
    // MARK: Runs

    static let runOfKeySQL: SQL = "SELECT id, key FROM runs WHERE key >= :from AND key < :to AND key IS NOT NULL"
    private static let setRunKeySQL: SQL = "UPDATE runs SET key = :key WHERE id = :id"

    /// The run that the request started when it came before.
    ///
    /// - Throws: `.requestKeyTaken` when another request has the key.
    package func run(of request: RequestKey) throws -> RunID? {
        let (from, to) = request.range
        guard
            let (run, key) = try connection.first(Self.runOfKeySQL, from, to, read: { (RunID($0.int(0)), $0.text(1)) })
        else { return nil }
        guard key == request.stored else { throw JobStoreError.requestKeyTaken(request.key, by: "run \(run)") }
        return run
    }

    /// The request has started the run.
    ///
    /// - Throws: a constraint when another request has its key; ask ``run(of:)`` first.
    package func note(_ request: RequestKey, of run: RunID) throws {
        try connection.execute(Self.setRunKeySQL, request.stored, run)
    }

    /// Stores a run and its jobs, unless the request started one before.
    ///
    /// - Parameter request: `nil`: nothing makes it once only.
    /// - Returns: the run, and whether it is new.
    /// - Throws: as `start`; `.requestKeyTaken` when another request has the key.
    package func start(_ spec: RunSpec, once request: RequestKey?) throws -> (run: RunID, isNew: Bool) {
        guard let request else { return (try start(spec).run, true) }
        if let run = try run(of: request) { return (run, false) }
        let run = try start(spec).run
        try note(request, of: run)
        return (run, true)
    }

    // MARK: Jobs

    static let jobsOfRequestSQL: SQL = """
        SELECT id, key
        FROM jobs
        WHERE key >= :from AND key < :to AND key IS NOT NULL AND run_id IS NULL AND key_scope = 'forever'
        """

    /// Stores a batch, unless the request stored it before.
    ///
    /// - Parameters:
    ///   - specs: without keys of their own.
    ///   - request: `nil`: nothing makes it once only.
    /// - Returns: the jobs' ids in the order of the batch, and whether they are new.
    /// - Throws: as ``enqueue(_:)``; `.requestKeyTaken` when another request has the key, or a part of what this one
    ///   stored was deleted since.
    package func enqueue(_ specs: [JobSpec], once request: RequestKey?) throws -> (ids: [JobID], isNew: Bool) {
        guard let request else { return (try enqueue(specs), true) }
        let (from, to) = request.range
        let prefix = "http:"
        let found = try connection.all(Self.jobsOfRequestSQL, prefix + from, prefix + to) {
            (JobID($0.int(0)), $0.text(1))
        }
        if let first = found.first {
            guard found.allSatisfy({ $0.1.hasPrefix(prefix + request.stored) }), found.count == specs.count else {
                throw JobStoreError.requestKeyTaken(request.key, by: "job \(first.0)")
            }
            // They were stored in this order.
            return (found.map(\.0).sorted { $0.rawValue < $1.rawValue }, false)
        }
        var specs = specs
        for position in specs.indices {
            specs[position].key = UniqueKey("\(prefix)\(request.stored)/\(position)", scope: .forever)
        }
        return (try enqueue(specs), true)
    }
}
