import SQLite

/// Settings of the database that people change while runners work.
extension JobTransaction {
    static let parallelSettingsSQL: SQL = """
        SELECT name, value
        FROM settings
        WHERE name >= 'parallel.' AND name < 'parallel/'  -- '/' follows '.'
        """

    /// The rows `parallel.…`, by their names.
    package func parallelSettings() throws -> [String: String] {
        var rows: [String: String] = [:]
        try connection.forEach(Self.parallelSettingsSQL) { row in rows[row.text(0)] = row.text(1) }
        return rows
    }

    private static let setSettingSQL: SQL = """
        INSERT INTO settings(name, value)
        VALUES (:name, :value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        WHERE value <> excluded.value
        """
    private static let removeSettingSQL: SQL = "DELETE FROM settings WHERE name = :name"

    /// Sets or, with `nil`, removes a row `parallel.…`, and has running runners take it up.
    ///
    /// - Returns: whether anything changed.
    /// - Throws: `.invalid` for any other row: those are not for people.
    @discardableResult
    package func setParallelSetting(_ name: String, to value: String?) throws -> Bool {
        guard name.hasPrefix("parallel.") else { throw JobStoreError.invalid("'\(name)' is no setting of runners") }
        let changes =
            if let value {
                try connection.execute(Self.setSettingSQL, name, value)
            } else {
                try connection.execute(Self.removeSettingSQL, name)
            }
        if changes > 0 { alertsRunners = true }
        return changes > 0
    }

    private static let setTuningSQL: SQL = "UPDATE runners SET slots = :slots, profile = :profile WHERE id = :id"

    /// How many jobs the runner takes at once from now on, and by which profile, for those who look.
    package func setTuning(slots: Int, profile: String?, of runner: RunnerID) throws {
        try connection.execute(Self.setTuningSQL, slots, profile, runner)
    }
}
