import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `What an agent is told` {
    @Test func `is what the jobs before its own left, cut where it is long`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let first = try store.enqueue { $0.name = "First" }
            let second = try store.enqueue()
            let job = try store.enqueue {
                $0.dependencies = [.init(.stored(first)), .init(.stored(second), .finished)]
            }
            for (claim, result) in zip(try store.claim(2, for: runner), [#""\u00e4bc\n""#, nil]) {
                var outcome = Outcome(
                    result == nil ? .failed : .succeeded, startedAt: Timestamp(0), finishedAt: Timestamp(1))
                outcome.result = result
                outcome.error = result == nil ? "broken" : nil
                outcome.isFinal = true
                try store.write { try $0.finish(claim.job, leaseToken: claim.leaseToken, outcome) }
            }
            let texts = try store.look { try $0.upstreamTexts(of: job, limit: 2) }
            #expect(texts.map(\.job) == [first, second])
            #expect(texts.map(\.result) == ["äb", nil])
            #expect(texts.map(\.length) == [4, 0])
            #expect(texts.map(\.state) == [.succeeded, .failed])
            #expect(texts.map(\.error) == [nil, "broken"])
            #expect(texts.first?.name == "First")
            let none = try store.look { try $0.upstreamTexts(of: first, limit: 2) }
            #expect(none.isEmpty)
        }
    }
}
