import CSQLite
import TestSupport
import Testing
import WeirKit

@Suite struct `A queue of a program` {
    @Test func `stores a job together with rows of the program's own, or neither`() async throws {
        try await withQueue { queue in
            try await queue.transaction { transaction in
                try transaction.execute("CREATE TABLE orders(id INTEGER PRIMARY KEY, name TEXT)")
                try transaction.execute("INSERT INTO orders VALUES (?, ?)", [.integer(7), .text("tea")])
                try transaction.enqueue("invoice", 7)
            }
            await #expect(throws: TestFailure.self) {
                try await queue.transaction { transaction in
                    try transaction.execute("INSERT INTO orders VALUES (8, 'milk')")
                    try transaction.enqueue("invoice", 8)
                    throw TestFailure("the customer went away")
                }
            }
            let orders = try await queue.transaction { try $0.execute("SELECT id, name FROM orders") }
            #expect(orders == [[.integer(7), .text("tea")]])
            let jobs = try rows(queue.path, "SELECT type, data FROM jobs")
            #expect(jobs == ["invoice|7"])
        }
    }

    @Test func `takes jobs within a transaction on a connection of the program's own`() async throws {
        try await withQueue { queue in
            try queue.register("invoice") { (order: Int, _) in order + 1 }
            let job = try onOwnConnection(queue.path) { handle in
                sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil)
                let undone = try JobQueue.enqueue("invoice", 1, on: handle)
                sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
                sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil)
                var options = EnqueueOptions(priority: 8, name: "second", key: "order 2", retries: 0)
                options.after = [try JobQueue.enqueue("invoice", 41, on: handle): .finished]
                let job = try JobQueue.enqueue("invoice", 2, on: handle, options: options)
                let same = try JobQueue.enqueue("invoice", 2, on: handle, options: options)
                sqlite3_exec(handle, "COMMIT", nil, nil, nil)
                #expect(undone.rawValue == 1)
                #expect(same == job)
                return job
            }
            let outcome = try await withRunner(queue) { try await queue.outcome(of: job) }
            let result = try outcome.result(as: Int.self)
            #expect(result == 3)
            #expect(outcome.name == "second")
            let jobs = try rows(queue.path, "SELECT id, state, priority, result FROM job_history ORDER BY id")
            #expect(jobs == ["1|succeeded|5|42", "2|succeeded|8|3"])
        }
    }

    @Test func `refuses what cannot be enqueued, and stores nothing`() async throws {
        try await withQueue { queue in
            var many = EnqueueOptions()
            many.pools = ["gpu": 0]
            for (type, options) in [
                ("a b", EnqueueOptions()), ("a", EnqueueOptions(priority: 100)), ("a", EnqueueOptions(retries: -1)),
                ("a", EnqueueOptions(timeout: .zero)), ("a", EnqueueOptions(after: [JobID(rawValue: 99)])), ("a", many),
            ] {
                await #expect(throws: WeirError.self) { try await queue.enqueue(type, 1, options: options) }
            }
            await #expect(throws: WeirError.self) { try await queue.enqueue("a", Double.nan) }
            await #expect(throws: WeirError.self) {
                try await queue.enqueue("a", String(repeating: "a", count: 1 << 20))
            }
            try onOwnConnection(":memory:") { handle in
                #expect(throws: WeirError.self) { try JobQueue.enqueue("a", 1, on: handle) }
            }
            let jobs = try rows(queue.path, "SELECT count(*) FROM jobs")
            #expect(jobs == ["0"])
        }
    }

    @Test func `holds a key until its job ends`() async throws {
        try await withQueue { queue in
            let options = EnqueueOptions(key: "nightly")
            let first = try await queue.enqueue("report", 1, options: options)
            let second = try await queue.enqueue("report", 1, options: options)
            #expect(first == second)
            do {
                try await queue.enqueue("report", 2, options: options)
                Issue.record("another payload took the key")
            } catch let error as WeirError {
                #expect(error.code == .keyTaken)
            }
        }
    }

    @Test func `executes in the order of priority, and a job after those that it waits for`() async throws {
        try await withQueue { queue in
            let journal = Journal()
            try queue.register("note") { (word: String, _) in journal.add(word) }
            let low = try await queue.enqueue("note", "low", options: EnqueueOptions(priority: 1))
            try await queue.enqueue("note", "normal")
            try await queue.enqueue("note", "urgent", options: EnqueueOptions(priority: 10))
            let last = try await queue.enqueue("note", "last", options: EnqueueOptions(priority: 99, after: [low]))
            let outcome = try await withRunner(queue, slots: 1) { try await queue.outcome(of: last) }
            #expect(outcome.success)
            #expect(journal.lines == ["urgent", "normal", "low", "last"])
        }
    }

    @Test func `tells of jobs that another queue's runner executes`() async throws {
        try await withQueue { queue in
            let other = try JobQueue(path: queue.path, durability: .normal)
            defer { other.close() }
            try other.register("double") { (number: Int, _) in number * 2 }
            let outcome = try await withRunner(other) { try await queue.submit("double", 21) }
            let result = try outcome.result(as: Int.self)
            #expect(result == 42)
        }
    }

    @Test func `says that a job does not exist, and that it is closed`() async throws {
        try await withQueue { queue in
            let none = JobID(rawValue: 1_000)
            await #expect(throws: WeirError.self) { try await queue.outcome(of: none) }
            let job = try await queue.enqueue("nobody", 1)
            let open = try await queue.outcomeIfEnded(of: job)
            #expect(open == nil)
            let waiting = Task { try await queue.outcome(of: job) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            queue.close()
            await #expect(throws: WeirError.self) { try await queue.enqueue("nobody", 2) }
            await #expect(throws: WeirError.self) { try await queue.outcome(of: job) }
        }
    }

    @Test func `is not made in a folder that is missing`() async throws {
        #expect(throws: WeirError.self) { try JobQueue(path: "/nowhere/at/all/weir.db") }
    }
}
