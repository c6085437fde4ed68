import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A key` {
    /// Where a job is when another enqueue comes with its key.
    enum Moment: CaseIterable { case waiting, started, ended }

    private func holds(_ scope: UniqueKey.Scope, at moment: Moment) -> Bool {
        switch scope {
        case .pending: moment == .waiting
        case .unfinished: moment != .ended
        case .forever: true
        }
    }

    @Test(arguments: UniqueKey.Scope.allCases, UniqueKey.Conflict.allCases)
    func `is held as long as its scope says, and a conflict ends as was asked`(
        scope: UniqueKey.Scope, conflict: UniqueKey.Conflict
    ) throws {
        for moment in Moment.allCases {
            try withJobStore { store, _ in
                let runner = try store.runner()
                func enqueue(_ command: String) throws -> JobID {
                    try store.enqueue(command) { $0.key = UniqueKey("k", scope: scope, conflict: conflict) }
                }
                let first = try enqueue("a")
                if moment != .waiting {
                    let claim = try #require(try store.claim(for: runner).first)
                    if moment == .ended { try store.finish(claim) }
                }
                guard holds(scope, at: moment) else {
                    #expect(try enqueue("a") != first)
                    return
                }
                switch conflict {
                case .keep:
                    #expect(try enqueue("a") == first)
                    #expect(throws: JobStoreError.self) { try enqueue("b") }
                case .reject: #expect(throws: JobStoreError.self) { try enqueue("a") }
                case .replace where moment == .waiting:
                    #expect(try enqueue("b") == first)
                    #expect(try store.claim(for: runner).map(\.command) == ["b"])
                case .replace: #expect(throws: JobStoreError.self) { try enqueue("b") }
                }
                #expect(try store.column("SELECT count(*) FROM jobs") == ["1"])
            }
        }
    }

    @Test func `given twice in a batch is refused`() throws {
        try withJobStore { (store, _) throws in
            let specs = (0..<2).map { _ in JobSpec("a") { $0.key = UniqueKey("k") } }
            #expect(throws: JobStoreError.self) { try store.write { try $0.enqueue(specs) } }
            #expect(try store.column("SELECT count(*) FROM jobs") == ["0"])
        }
    }

    @Test func `that is held stands for its job among the dependencies of a batch`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let held = try store.enqueue("a") { $0.key = UniqueKey("k") }
            let ids = try store.write { transaction in
                try transaction.enqueue([
                    JobSpec("b") { $0.dependencies = [.init(.batch(1))] },
                    JobSpec("a") { $0.key = UniqueKey("k") },
                ])
            }
            #expect(ids[1] == held)
            try store.finish(#require(try store.claim(9, for: runner).first))
            #expect(try store.claim(9, for: runner).map(\.command) == ["b"])
        }
    }

    @Test func `that a job takes over with new work brings all that it is given`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let first = try store.enqueue("first")
            let old = try store.enqueue("old") { $0.key = UniqueKey("k") }
            let after = try store.enqueue("after") { $0.dependencies = [.init(.stored(old))] }
            let new = try store.enqueue("new") {
                $0.key = UniqueKey("k", scope: .forever, conflict: .replace)
                $0.priority = 9
                $0.queue = "other"
                $0.pools = ["p": 2]
                $0.dependencies = [.init(.stored(first))]
            }
            #expect(new == old)
            let found = try store.column(
                """
                SELECT format('%s|%s|%d|%s|%s|%d|%s', j.command, j.state, j.priority, q.name, j.pools, j.unmet, j.key_scope)
                FROM jobs j JOIN queues q ON q.id = j.queue_id WHERE j.id = 2
                """)
            #expect(found == ["new|blocked|9|other|{\"p\":2}|1|forever"])
            // It may not wait for who waits for it.
            #expect(throws: JobStoreError.self) {
                try store.enqueue("circle") {
                    $0.key = UniqueKey("k", conflict: .replace)
                    $0.dependencies = [.init(.stored(after))]
                }
            }
            _ = try store.enqueue("free") { $0.key = UniqueKey("k", conflict: .replace) }
            #expect(try Set(store.claim(9, for: runner).map(\.command)) == ["first", "free"])
            try store.checkInvariants()
        }
    }

    @Test func `that a job takes over changes its place in the lane`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.enqueue("a") { ($0.key, $0.priority) = (UniqueKey("a"), 9) }
            try store.enqueue("b") { $0.key = UniqueKey("b") }
            try store.enqueue("c") { ($0.key, $0.priority) = (UniqueKey("a", conflict: .replace), 1) }
            try store.enqueue("d") { ($0.key, $0.runAt) = (UniqueKey("b", conflict: .replace), Timestamp(1 << 50)) }
            #expect(try store.claim(9, for: runner).map(\.command) == ["c"])
        }
    }
}

@Suite struct `A request with a key` {
    @Test func `stores its jobs once, and another request is refused`() throws {
        try withJobStore { store, _ in
            func send(_ key: String, _ request: String, _ commands: [String]) throws -> [JobID] {
                let specs = commands.map { JobSpec($0) }
                return try store.write { try $0.enqueue(specs, once: RequestKey(key, request: request)).ids }
            }
            let first = try send("k", "two", ["a", "b"])
            #expect(try send("k", "two", ["a", "b"]) == first)
            for (request, commands) in [("three", ["a", "b", "c"]), ("one", ["a"]), ("soon", ["a", "b"])] {
                #expect(throws: JobStoreError.requestKeyTaken("k", by: "job 1")) { try send("k", request, commands) }
            }
            #expect(try send("k/0", "one", ["a"]) != first)
            #expect(try store.column("SELECT count(*) FROM jobs") == ["3"])
        }
    }
}
