import SQLite

/// A runner that has not stopped, as its row says. Whether it lives, only its lock says.
package struct RunnerStatus: Sendable {
    package let id: RunnerID
    package let kind: RunnerInfo.Kind
    package let state: RunnerState
    package let slots: Int
    /// Jobs that it holds.
    package let running: Int
    /// `nil`: every queue.
    package let queues: [String]?
    package let serving: Serving
    package let host: String
    package let pid: Int
    package let version: String
    package let heartbeatAt: Timestamp
    package let startedAt: Timestamp
    /// Milliseconds of CLOCK_BOOTTIME.
    package let leaseUntil: Int
    /// Somebody asked it to hand its jobs to others and to end.
    package let isToDrain: Bool
    /// KiB that it and its jobs had resident at its last heartbeat; `nil`: it has not told.
    package let memory: Int?

    /// Jobs that are in its slots.
    package var executing: Int { running - ahead }

    /// Jobs that it claimed ahead for its workers, and that wait for a slot.
    package var ahead: Int { serving.types.isEmpty ? 0 : max(0, running - slots) }

    /// Whether it counts what it does; see the setting `monitoring`.
    package var isCounting: Bool { memory != nil }

    /// Whether it may claim jobs of the queue. One that belongs to a run claims that run's only, which its row does not
    /// say.
    package func serves(queue: String, isInRun: Bool) -> Bool {
        kind == .run ? isInRun : queues?.contains(queue) ?? true
    }

    /// Whether it can execute jobs of the type; `nil`: those without one.
    package func serves(type: String?) -> Bool { type.map(serving.types.contains) ?? serving.isPlain }
}

extension JobTransaction {
    private static let runnersSQL: SQL = """
        SELECT id, kind, state, slots, (SELECT count(*) FROM jobs j WHERE j.runner_id = runners.id), queues, host, pid,
               version, heartbeat_at, started_at, lease_until, types, drain_requested, rss_kb
        FROM runners
        WHERE state NOT IN ('stopped', 'rescued')
        ORDER BY id
        """

    /// Every runner that has not stopped.
    package func runners() throws -> [RunnerStatus] {
        try connection.all(Self.runnersSQL) { row in
            RunnerStatus(
                id: RunnerID(row.int(0)), kind: RunnerInfo.Kind(rawValue: row.text(1)) ?? .runner,
                state: RunnerState(rawValue: row.text(2)) ?? .live, slots: row.int(3), running: row.int(4),
                queues: row.isNull(5) ? nil : try JSONText.strings(row.text(5)),
                serving: try Serving(stored: row.optionalText(12)), host: row.text(6), pid: row.int(7),
                version: row.text(8), heartbeatAt: Timestamp(row.int(9)), startedAt: Timestamp(row.int(10)),
                leaseUntil: row.int(11), isToDrain: row.bool(13), memory: row.optionalInt(14))
        }
    }
}
