import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

/// What clients rely on beside the order of tasks.
@Suite struct `An idempotency key` {
    @Test func `of FAIL_ON_RUNNING protects each execution that has it, not only the first`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            func start() throws -> String {
                try stage.start("w") { request in
                    request.idempotencyKey = "k"
                    request.idempotencyStrategy = "FAIL_ON_RUNNING"
                }
            }
            var last = try start()
            for _ in 0..<3 {
                let fault = #expect(throws: ConductorFault.self) { try start() }
                #expect(fault?.status == 409 && fault?.message.contains(last) == true)
                try stage.change { try $0.terminate(last, because: nil) }
                last = try start()
                #expect(try stage.status(last) == "RUNNING")
            }
            let found = try stage.start("w") { request in
                request.idempotencyKey = "k"
                request.idempotencyStrategy = "RETURN_EXISTING"
            }
            #expect(found == last)
        }
    }
}
