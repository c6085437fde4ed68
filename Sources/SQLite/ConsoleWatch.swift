import CSQLite

/// Stops a query that takes too long or too much memory.
final class ConsoleWatch {
    private let limits: ConsoleLimits
    private let deadline: Deadline
    private let memoryAtStart: Int64
    /// Why the query was stopped.
    private(set) var reason: ConsoleError?

    init(_ limits: ConsoleLimits) {
        self.limits = limits
        deadline = Deadline(after: limits.time)
        memoryAtStart = sqlite3_memory_used()
    }

    /// The owner keeps the watch alive as long as the connection.
    func install(on connection: Connection) {
        // Every 1,000 steps of SQLite's machine: some 20 µs.
        sqlite3_progress_handler(
            connection.handle, 1_000,
            { context in
                guard let context else { return 1 }
                return Unmanaged<ConsoleWatch>.fromOpaque(context).takeUnretainedValue().mayGoOn() ? 0 : 1
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func mayGoOn() -> Bool {
        if deadline.isOver {
            reason = .tookTooLong(limits.time)
        } else if sqlite3_memory_used() - memoryAtStart > limits.memoryBytes {
            reason = .usedTooMuchMemory(bytes: limits.memoryBytes)
        }
        return reason == nil
    }
}
