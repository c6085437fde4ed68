/// How much one query of a stranger may use.
package struct ConsoleLimits: Sendable, Hashable {
    package var time: Duration
    package var rows: Int
    /// Of all values of the answer together.
    package var bytes: Int
    /// Of one value or row.
    package var valueBytes: Int
    /// By which SQLite's memory in this process may grow while the query runs.
    package var memoryBytes: Int
    /// Columns that are refused, each as `table.column` in small letters.
    package var hiddenColumns: Set<String> = []

    package init(
        time: Duration, rows: Int, bytes: Int, valueBytes: Int = 1 << 20, memoryBytes: Int = 256 << 20
    ) {
        self.time = time
        self.rows = rows
        self.bytes = bytes
        self.valueBytes = valueBytes
        self.memoryBytes = memoryBytes
    }

    /// For a person at a terminal, whose own machine it is.
    package static let commandLine = ConsoleLimits(
        time: .seconds(60), rows: 1_000_000, bytes: 256 << 20, valueBytes: 16 << 20, memoryBytes: 1 << 30)

    /// For the doors: HTTP and MCP.
    package static let service = ConsoleLimits(time: .seconds(1), rows: 1_000, bytes: 1 << 20, memoryBytes: 64 << 20)
}
