import Engine
import Jobs
import SQLite

/// Runners as `weir status` and `weir runner list` show them.
enum RunnerTable {
    static func table(of survey: RunnerSurvey, now: Timestamp) -> Table {
        var table = Table(columns: [
            "id", "kind", "state", "slots", "running", "claimed_ahead", "queues", "types", "pid", "host",
            "heartbeat_ago_ms",
            "lease_left_ms",
        ])
        for entry in survey.entries {
            let runner = entry.runner
            table.rows.append([
                .integer(Int64(runner.id.rawValue)), .text(runner.kind.rawValue), .text(entry.condition.rawValue),
                .integer(Int64(runner.slots)), .integer(Int64(runner.executing)), .integer(Int64(runner.ahead)),
                runner.queues.map { .text($0.joined(separator: ",")) } ?? .null, types(of: runner.serving),
                .integer(Int64(runner.pid)), .text(runner.host),
                .integer(Int64(max(0, now.rawValue - runner.heartbeatAt.rawValue))), .integer(Int64(entry.leaseLeft)),
            ])
        }
        return table
    }

    private static func types(of serving: Serving) -> SQLiteValue {
        serving.types.isEmpty ? .null : .text(serving.types.sorted().joined(separator: ","))
    }
}
