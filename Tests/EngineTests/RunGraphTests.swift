import Engine
import Jobs
import TestSupport
import Testing

@Suite struct `The graph of a run` {
    private func keys(_ graph: RunGraph) -> [String] {
        graph.edges.map { "\(graph.jobs[$0.from].key) \($0.condition) \(graph.jobs[$0.to].key)" }.sorted()
    }

    private func step(_ id: String, after: [(Int, Condition)] = [], kind: JobKind = .script) -> JobSpec {
        .step(id) {
            $0.kind = kind
            if kind != .script { $0.template = "{}" }
            $0.dependencies = after.map { JobSpec.Dependency(.batch($0.0), $0.1) }
        }
    }

    @Test func `has jobs with states and times, and edges with conditions`() throws {
        try withJobStore { store, time in
            let spec = RunSpec(
                workflow: "w", directory: "/",
                jobs: [step("a"), step("b", after: [(0, .succeeded)]), step("alarm", after: [(1, .failed)])])
            let run = try store.write { try $0.start(spec).run }
            let runner = try store.runner()
            let first = try #require(try store.claim(for: runner, from: .run(run)).first)
            time.advance(by: 40)
            var graph = try RunGraph(of: run, in: store)
            #expect(graph.jobs.map(\.state) == [.running, .blocked, .blocked])
            #expect(graph.jobs.map(\.milliseconds) == [40, nil, nil])
            #expect(graph.elapsed == 40)
            try store.finish(first) { $0.startedAt = $0.finishedAt.advanced(by: -40) }
            let second = try #require(try store.claim(for: runner, from: .run(run)).first)
            time.advance(by: 25)
            try store.finish(second) { $0.startedAt = $0.finishedAt.advanced(by: -25) }
            graph = try RunGraph(of: run, in: store)
            #expect(graph.state == "succeeded")
            #expect(graph.jobs.map(\.state) == [.succeeded, .succeeded, .skipped])
            #expect(graph.jobs.map(\.milliseconds) == [40, 25, nil])
            #expect(graph.jobs.map(\.isCritical) == [true, true, false])
            #expect(keys(graph) == ["a succeeded b", "b failed alarm"])
        }
    }

    @Test func `lets parts begin after what their parent waited for, and end before it`() throws {
        try withJobStore { store, _ in
            let spec = RunSpec(
                workflow: "w", directory: "/",
                jobs: [step("list"), step("each", after: [(0, .succeeded)], kind: .foreach)])
            let run = try store.write { try $0.start(spec).run }
            let runner = try store.runner()
            try store.finish(try #require(try store.claim(for: runner, from: .run(run)).first))
            let each = try #require(try store.claim(for: runner, from: .run(run)).first)
            let parts = [step("each[0]"), step("each[1]", after: [(0, .succeeded)])]
            try store.write {
                _ = try $0.park(each.job, leaseToken: each.leaseToken, Parking(.children(parts)))
            }
            let graph = try RunGraph(of: run, in: store)
            #expect(graph.jobs.map { $0.parent ?? -1 } == [-1, -1, 1, 1])
            #expect(
                keys(graph) == [
                    "each[0] succeeded each", "each[0] succeeded each[1]", "each[1] succeeded each",
                    "list succeeded each", "list succeeded each[0]",
                ])
        }
    }

    @Test func `of no run is an error`() throws {
        try withJobStore { store, _ in
            #expect(throws: JobStoreError.noSuchRun(RunID(9))) { _ = try RunGraph(of: RunID(9), in: store) }
        }
    }
}
