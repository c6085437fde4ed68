import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

/// The same execution, steered as a run by Weir's own commands.
@Suite struct `An execution's run` {
    @Test func `is not begun anew job by job, since its tasks follow from one another`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[\(simple("a")),{"name":"b","taskReferenceName":"b","type":"SIMPLE",
                 "inputParameters":{"x":"${a.output.x}"}}]}
                """)
            let id = try stage.start("w")
            try stage.work("a", output: #"{"x":1}"#)
            try stage.work("b")
            for scope in [RerunScope.restart, .from("a")] {
                #expect(throws: JobStoreError.decidedElsewhere(RunID(1), execution: id)) {
                    try stage.store.write { _ = try $0.rerun(RunID(1), scope) }
                }
            }
            try stage.settle()
            #expect(try stage.tasks(id) == ["a COMPLETED", "b COMPLETED"])
            try stage.change { try $0.restart(id) }
            #expect(throws: JobStoreError.decidedElsewhere(RunID(1), execution: nil)) {
                try stage.store.write { _ = try $0.rerun(RunID(1), .failed) }
            }
        }
    }

    @Test func `takes up what failed of it`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"b","retryCount":0}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a", "b", "c"))]}"#)
            let id = try stage.start("w")
            try stage.work("a")
            try stage.work("b", "FAILED")
            try stage.store.write { _ = try $0.rerun(RunID(1), .failed) }
            try stage.settle()
            #expect(try stage.tasks(id) == ["a COMPLETED", "b FAILED", "b SCHEDULED"])
            try stage.work("b")
            try stage.work("c")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `is paused and resumed with it, from either side`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a", "b", "c", "d"))]}"#)
            let id = try stage.start("w")
            func state() throws -> String { try "\(stage.store.look { try $0.state(of: RunID(1)) })" }
            try stage.change { try $0.pause(id) }
            #expect(try state() == "paused")
            // What is there is handed out; nothing follows from it.
            try stage.work("a")
            #expect(try stage.tasks(id) == ["a COMPLETED"])
            let changed = try stage.store.write { try $0.setPaused(false, run: RunID(1)) }
            #expect(changed)
            try stage.settle()
            #expect(try stage.status(id) == "RUNNING")
            try stage.store.write { _ = try $0.setPaused(true, run: RunID(1)) }
            #expect(try stage.status(id) == "PAUSED")
            try stage.work("b")
            #expect(try stage.poll("c") == nil)
            try stage.change { try $0.resume(id) }
            #expect(try state() == "running")
            try stage.work("c")
            try stage.change { try $0.pause(id) }
            try stage.change { try $0.terminate(id, because: nil) }
            #expect(try state() == "cancelled")
        }
    }
}
