import SQLite

/// What jobs leave for one another under names: of a run, and of all.
extension JobTransaction {
    /// Bytes of one value.
    package static let memoryLimit = 1 << 20
    /// Characters of a name.
    package static let memoryNameLimit = 256

    static let memorySQL: SQL = """
        SELECT run_id, name, value, version, updated_at
        FROM memory
        WHERE run_id = :run_id AND name = :name
        """

    static let memoriesSQL: SQL = """
        SELECT run_id, name, value, version, updated_at
        FROM memory
        WHERE run_id = :run_id
        ORDER BY name
        """

    static let setMemorySQL: SQL = """
        INSERT INTO memory(run_id, name, value, version, updated_at)
        VALUES (:run_id, :name, :value, :version, :now)
        ON CONFLICT (run_id, name) DO UPDATE
        SET value = excluded.value, version = excluded.version, updated_at = excluded.updated_at
        """

    static let deleteMemorySQL: SQL = "DELETE FROM memory WHERE run_id = :run_id AND name = :name"

    private static let isJSONSQL: SQL = "SELECT json_valid(:text)"

    /// The value of the name in that scope; `nil`: there is none.
    package func memory(_ name: String, in scope: MemoryScope) throws -> MemoryEntry? {
        try connection.first(Self.memorySQL, scope, name, read: Self.entry)
    }

    /// What a job of the run reads: the run's own value, else that of all.
    ///
    /// - Parameter run: `nil`: the job belongs to no run.
    package func memory(_ name: String, for run: RunID?) throws -> MemoryEntry? {
        if let run, let own = try memory(name, in: .run(run)) { return own }
        return try memory(name, in: .global)
    }

    /// All values of the scope, by name.
    package func memories(in scope: MemoryScope) throws -> [MemoryEntry] {
        try connection.all(Self.memoriesSQL, scope, read: Self.entry)
    }

    /// All that a job of the run reads, by name: the run's own values hide those of all.
    package func memory(of run: RunID?) throws -> [MemoryEntry] {
        var entries = Dictionary(
            uniqueKeysWithValues: try memories(in: .global).map { ($0.name, $0) })
        if let run {
            for own in try memories(in: .run(run)) { entries[own.name] = own }
        }
        return entries.values.sorted { $0.name < $1.name }
    }

    /// Sets a value.
    ///
    /// - Parameter json: at most `memoryLimit` bytes.
    /// - Returns: its new version.
    /// - Throws: `.memoryConflict` when `guarded` does not hold, and nothing was changed; `.noSuchRun`; `.invalid` for a
    ///   name or a value that cannot be stored.
    @discardableResult
    package func setMemory(
        _ name: String, to json: String, in scope: MemoryScope, if guarded: MemoryGuard = .none
    ) throws -> Int {
        try Self.requireMemoryName(name)
        guard json.utf8.count <= Self.memoryLimit else {
            throw JobStoreError.invalid(
                "the value of '\(name)' has \(json.utf8.count) bytes; \(Self.memoryLimit) is the most")
        }
        try requireJSON(json, "the value of '\(name)'")
        try requireRun(scope)
        try require(guarded, of: name, in: scope)
        let version = try sequence()
        try connection.execute(Self.setMemorySQL, scope, name, json, version, now)
        return version
    }

    /// Forgets a value.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `.memoryConflict`, `.noSuchRun`.
    @discardableResult
    package func deleteMemory(_ name: String, in scope: MemoryScope, if guarded: MemoryGuard = .none) throws -> Bool {
        try requireRun(scope)
        try require(guarded, of: name, in: scope)
        return try connection.execute(Self.deleteMemorySQL, scope, name) == 1
    }

    /// - Throws: `.invalid`
    func requireJSON(_ text: String, _ what: String) throws {
        // SQLite reads no further than a NUL.
        guard !text.utf8.contains(0), try connection.first(Self.isJSONSQL, text, read: { $0.bool(0) }) ?? false else {
            throw JobStoreError.invalid("\(what) is not JSON")
        }
    }

    private func requireRun(_ scope: MemoryScope) throws {
        if case .run(let run) = scope { _ = try state(of: run) }
    }

    private func require(_ guarded: MemoryGuard, of name: String, in scope: MemoryScope) throws {
        guard guarded != .none else { return }
        let present = try memory(name, in: scope)
        let holds =
            switch guarded {
            case .none: true
            case .absent: present == nil
            case .version(let version): present?.version == version
            }
        guard holds else { throw JobStoreError.memoryConflict(name, present: present) }
    }

    private static func requireMemoryName(_ name: String) throws {
        let isFine =
            (1...memoryNameLimit).contains(name.unicodeScalars.count)
            && !name.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
        guard isFine else {
            throw JobStoreError.invalid(
                "a name in the memory has 1 to \(memoryNameLimit) characters, and no control characters")
        }
    }

    private static func entry(_ row: Row) throws -> MemoryEntry {
        let run = row.int(0)
        return MemoryEntry(
            scope: run == 0 ? .global : .run(RunID(run)), name: row.text(1), value: row.text(2), version: row.int(3),
            updatedAt: Timestamp(row.int(4)))
    }
}
