import Engine
import JSON
import Jobs
import SQLite
import Stores

/// The graph of a run, as the page draws it.
enum RunGraphAnswer {
    static func read(_ run: RunID, from store: StoreService) async throws -> JSONValue {
        try await store.inspect { store in
            let graph = try RunGraph(of: run, in: store)
            let facts = try store.look { try $0.graphFacts(of: run) }
            return .object([
                "run": .integer(run.rawValue), "workflow": .string(graph.workflow), "state": .string(graph.state),
                "elapsed_ms": graph.elapsed.map { .integer($0) } ?? .null,
                "jobs": .list(graph.jobs.map { node($0, in: graph, facts[$0.id]) }),
                "edges": .list(
                    graph.edges.map { edge in
                        .object([
                            "from": .integer(graph.jobs[edge.from].id.rawValue),
                            "to": .integer(graph.jobs[edge.to].id.rawValue), "condition": .string(edge.condition),
                        ])
                    }),
            ])
        }
    }

    private static func node(
        _ job: RunGraph.Job, in graph: RunGraph, _ facts: JobTransaction.GraphFacts?
    ) -> JSONValue {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return .object([
            "id": .integer(job.id.rawValue), "key": .string(job.key), "name": text(job.name),
            "kind": .string(job.kind), "state": .string(job.state.rawValue),
            "parent": job.parent.map { .integer(graph.jobs[$0].id.rawValue) } ?? .null,
            "duration_ms": job.milliseconds.map { .integer($0) } ?? .null, "attempts": .integer(job.attempts),
            "critical": .bool(job.isCritical), "cached": .bool(job.isCached), "error": text(job.error),
            "started_at": facts?.startedAt.map { .string(TimestampText.text($0)) } ?? .null,
            "finished_at": facts?.finishedAt.map { .string(TimestampText.text($0)) } ?? .null,
            "progress": facts?.progress.map { .decimal($0) } ?? .null, "awaits": text(facts?.awaits),
            "message": text(facts?.message),
        ])
    }
}
