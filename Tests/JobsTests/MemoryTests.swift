import Dispatch
import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `The memory` {
    private func aRun(_ store: JobStore) throws -> RunID {
        try store.write { try $0.start(RunSpec(workflow: "w", directory: "/", jobs: [.step("a")])).run }
    }

    @Test func `keeps values of a run apart from those of all, and reads fall back to those`() throws {
        try withJobStore { store, _ in
            let run = try aRun(store)
            try store.write { transaction in
                try transaction.setMemory("color", to: #""red""#, in: .global)
                try transaction.setMemory("size", to: "[1,2]", in: .global)
                try transaction.setMemory("color", to: #""blue""#, in: .run(run))
            }
            try store.look { transaction in
                let own = try transaction.memory("color", for: run)
                #expect(own?.value == #""blue""#)
                #expect(try transaction.memory("color", for: nil)?.value == #""red""#)
                #expect(try transaction.memory("size", for: run)?.scope == .global)
                #expect(try transaction.memory("size", in: .run(run)) == nil)
                #expect(try transaction.memory(of: run).map(\.value) == [#""blue""#, "[1,2]"])
                #expect(try transaction.memories(in: .global).map(\.name) == ["color", "size"])
            }
        }
    }

    @Test func `changes a value only when it is still the one that was read`() throws {
        try withJobStore { store, _ in
            let first = try store.write { try $0.setMemory("n", to: "1", in: .global, if: .absent) }
            #expect(throws: JobStoreError.self) {
                try store.write { try $0.setMemory("n", to: "9", in: .global, if: .absent) }
            }
            let second = try store.write { try $0.setMemory("n", to: "2", in: .global, if: .version(first)) }
            #expect(second > first)
            do {
                try store.write { try $0.setMemory("n", to: "9", in: .global, if: .version(first)) }
                Issue.record("the stale change was made")
            } catch JobStoreError.memoryConflict("n", let present) {
                #expect(present?.version == second && present?.value == "2")
            }
            #expect(throws: JobStoreError.self) {
                try store.write { try $0.deleteMemory("n", in: .global, if: .version(first)) }
            }
            #expect(try store.write { try $0.deleteMemory("n", in: .global, if: .version(second)) })
            #expect(try store.write { try $0.deleteMemory("n", in: .global) } == false)
            // Who read it before it was deleted must not take the new value for the old one.
            let again = try store.write { try $0.setMemory("n", to: "1", in: .global) }
            #expect(again > second)
        }
    }

    @Test(arguments: ["", "{", "no", "'1'", "1\u{0}", "nul"])
    func `refuses what is no JSON`(text: String) throws {
        try withJobStore { store, _ in
            #expect(throws: JobStoreError.self) { try store.write { try $0.setMemory("a", to: text, in: .global) } }
            let entries = try store.look { try $0.memories(in: .global) }
            #expect(entries.isEmpty)
        }
    }

    @Test func `has limits of names and values`() throws {
        try withJobStore { store, _ in
            let long = String(repeating: "ä", count: JobTransaction.memoryNameLimit)
            try store.write { try $0.setMemory(long, to: "1", in: .global) }
            for name in ["", long + "x", "a\nb", "a\u{0}"] {
                #expect(throws: JobStoreError.self) { try store.write { try $0.setMemory(name, to: "1", in: .global) } }
            }
            let most = "\"" + String(repeating: "x", count: JobTransaction.memoryLimit - 2) + "\""
            try store.write { try $0.setMemory("most", to: most, in: .global) }
            #expect(throws: JobStoreError.self) {
                try store.write { try $0.setMemory("more", to: " " + most, in: .global) }
            }
        }
    }

    @Test func `loses no change of two connections that compare and set at once`() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/weir.db"
            let first = try openJobStore(path, TestTime())
            try first.write { try $0.setMemory("n", to: "0", in: .global) }
            first.close()
            DispatchQueue.concurrentPerform(iterations: 2) { _ in
                do { try Self.addOne(to: path, times: 500) } catch { Issue.record(error) }
            }
            let last = try openJobStore(path, TestTime())
            defer { last.close() }
            let sum = try last.look { try $0.memory("n", in: .global) }?.value
            #expect(sum == "1000")
        }
    }

    /// Reads and writes in transactions of their own, so that somebody may come in between.
    private static func addOne(to path: String, times: Int) throws {
        let store = try openJobStore(path, TestTime())
        defer { store.close() }
        var done = 0
        while done < times {
            guard let present = try store.look({ try $0.memory("n", in: .global) }) else { throw TestFailure("no n") }
            do {
                try store.write {
                    try $0.setMemory(
                        "n", to: "\((Int(present.value) ?? 0) + 1)", in: .global, if: .version(present.version))
                }
                done += 1
            } catch JobStoreError.memoryConflict {
                continue
            }
        }
    }

    @Test func `of a run goes with it, and a run that is not there has none`() throws {
        try withJobStore { store, _ in
            #expect(throws: JobStoreError.noSuchRun(RunID(7))) {
                try store.write { try $0.setMemory("a", to: "1", in: .run(RunID(7))) }
            }
            let run = try aRun(store)
            try store.write { transaction in
                try transaction.setMemory("a", to: "1", in: .run(run))
                try transaction.setMemory("a", to: "1", in: .global)
            }
            try store.write { try $0.connection.script("DELETE FROM jobs; DELETE FROM runs") }
            #expect(try store.lines("SELECT run_id, name FROM memory") == ["0|a"])
        }
    }
}
