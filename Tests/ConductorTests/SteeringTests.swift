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
}
