import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `Past durations` {
    @Test func `are medians over the latest runs of that workflow, of what succeeded`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            func execute(_ workflow: String, _ durations: [(step: String, milliseconds: Int, state: AttemptState)])
                throws
            {
                let jobs = durations.map { step in JobSpec.step(step.step) { $0.retries = 0 } }
                let run = try store.write {
                    try $0.start(RunSpec(workflow: workflow, directory: "/", jobs: jobs)).run
                }
                for step in durations {
                    let claim = try #require(try store.claim(for: runner, from: .run(run)).first)
                    #expect(claim.key == step.step)
                    time.advance(by: step.milliseconds)
                    try store.finish(claim, step.state) {
                        $0.startedAt = $0.finishedAt.advanced(by: -step.milliseconds)
                    }
                }
            }
            try execute("w", [("a", 1_000_000, .succeeded)])
            for duration in 1...20 { try execute("w", [("a", duration * 10, .succeeded), ("b", 5, .failed)]) }
            try execute("other", [("a", 7, .succeeded)])
            #expect(try store.look { try $0.pastDurations(workflow: "w") } == ["a": 105])
            #expect(try store.look { try $0.pastDurations(workflow: "none") } == [:])
            try store.write { try $0.setPool("gpu", capacity: 3) }
            #expect(try store.look { try $0.ownPools() } == ["gpu": 3])
        }
    }
}
