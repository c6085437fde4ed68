/// All that settings are made from but the rows of the database, which may change at any time.
package struct SettingsSources: Sendable {
    package var layers: [SettingsLayer]
    /// Of this machine.
    package let processors: Int

    package init(layers: [SettingsLayer], processors: Int) {
        self.layers = layers
        self.processors = max(1, processors)
    }

    /// - Parameter rows: `JobTransaction.parallelSettings()`.
    /// - Throws: `SettingsError` that names every wrong row.
    package func settings(rows: [String: String]) throws -> Settings {
        Settings(layers: layers + [try SettingsLayer(rows: rows)], processors: processors)
    }
}
