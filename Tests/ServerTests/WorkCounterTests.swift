import Jobs
import SQLite
import Stores
import TestSupport
import Testing

@testable import Server

/// What `/metrics` counts of the runners' work.
@Suite struct `The count of what runners did` {
    private let time = TestTime()
    private let minute = 60_000

    private func withCounter(_ body: (WorkCounter, StoreService) async throws -> Void) async throws {
        try await withTemporaryFolder(awaiting: { folder in
            let options = Database.Options(
                path: "\(folder)/weir.db", durability: .normal, identity: .current(kind: "test", mayBeKilled: false),
                createIfMissing: true, applicationID: JobStore.applicationID)
            let store = try await StoreService(options, timekeeper: time.timekeeper)
            try await body(WorkCounter(store: store), store)
            store.close()
        })
    }

    /// As a runner tells it of one of its minutes.
    private func tell(_ number: Int, runner: Int, _ succeeded: Int, length: Int = 5, _ store: StoreService) async throws
    {
        var told = RunnerMinute(number)
        told.succeeded = succeeded
        told.slots = 1
        told.waits = succeeded
        for _ in 0..<succeeded {
            told.durations.add(length)
            told.waitLengths.add(length)
        }
        try await store.write { [told] in try $0.store(told, of: RunnerID(runner)) }
    }

    @Test func `grows with each minute, and does not fall when old ones are pruned`() async throws {
        try await withCounter { counter, store in
            #expect(try await counter.read().totals.succeeded == 0)
            for (runner, succeeded) in [(1, 3), (2, 4)] {
                try await tell(time.now.minute, runner: runner, succeeded, store)
            }
            #expect(try await counter.read().totals.succeeded == 7)
            // The same minute, told again; then others.
            try await tell(time.now.minute, runner: 1, 5, store)
            #expect(try await counter.read().runLengths.total == 9)
            for expected in 10...14 {
                time.advance(by: minute)
                try await tell(time.now.minute, runner: 1, 1, length: 40, store)
                #expect(try await counter.read().waitLengths.total == expected)
            }
            time.advance(by: 8 * 24 * 60 * minute)
            for _ in 0..<60 { _ = try await counter.read() }
            for _ in 0..<200 { try await store.write { try $0.pruneMinutes() } }
            #expect(try await store.read { try $0.totals(from: 0, before: .max) }.succeeded == 0)
            let figures = try await counter.read()
            #expect(figures.totals.succeeded == 14)
            #expect(figures.runLengths.counts == [5: 9, 40: 5])
        }
    }

    @Test func `takes in days without a reading bit by bit, each once`() async throws {
        try await withCounter { counter, store in
            let first = time.now.minute
            try await store.write { transaction in
                for number in first..<first + 500 {
                    var told = RunnerMinute(number)
                    (told.succeeded, told.slots) = (1, 1)
                    try transaction.store(told, of: RunnerID(1))
                }
            }
            time.advance(by: 499 * minute)
            var counts: [Int] = []
            for _ in 0..<4 { counts.append(try await counter.read().totals.succeeded) }
            #expect(counts == [240, 480, 500, 500])
        }
    }

    @Test func `does not fall for readers that ask at once`() async throws {
        try await withCounter { counter, store in
            var last = 0
            for _ in 0..<10 {
                try await tell(time.now.minute, runner: 1, 2, store)
                time.advance(by: 3 * minute)
                let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 { group.addTask { try await counter.read().totals.succeeded } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                last += 2
                #expect(counts == Array(repeating: last, count: 8))
            }
        }
    }
}
