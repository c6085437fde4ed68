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
}
