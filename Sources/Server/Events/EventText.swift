import JSON
import Jobs
import NIOCore

/// Changes as server-sent events.
enum EventText {
    /// Keeps what is between from closing the connection.
    static let heartbeat = ByteBuffer(string: ": still here\n\n")

    static func change(_ set: ChangeSet) -> ByteBuffer {
        let data = JSONValue.object([
            "jobs": .list(
                set.jobs.map { job in
                    .object([
                        "id": .integer(job.id.rawValue), "run_id": job.run.map { .integer($0.rawValue) } ?? .null,
                        "state": .string(job.state.rawValue), "attempt": .integer(job.attempt),
                    ])
                }),
            "runs": .list(set.runs.map { .integer($0.rawValue) }), "queues": .list(set.queues.map { .string($0) }),
            "truncated": .bool(set.isTruncated),
        ])
        return ByteBuffer(
            string: "id: \(set.cursor.sequence)-\(set.cursor.job)\nevent: change\ndata: \(data.text)\n\n")
    }
}
