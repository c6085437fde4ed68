import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

@Suite struct `A request that fails` {
    @Test func `leaves its answer as the task's output`() throws {
        try withStage { stage in
            let task = #"{"name":"h","taskReferenceName":"h","type":"HTTP","inputParameters":{"uri":"http://x"}}"#
            try stage.define(#"{"name":"w","tasks":[\#(task)]}"#)
            let id = try stage.start("w")
            let runner = try stage.store.runner()
            let claim = try #require(try stage.store.claim(1, for: runner).first)
            try stage.store.finish(claim, .failed) { outcome in
                outcome.error = "the answer is 503"
                outcome.result = #"{"statusCode":503,"body":18446744073709551615}"#
            }
            try stage.settle()
            #expect(try stage.status(id) == "FAILED")
            let ended = try stage.workflow(id).elements("tasks").first
            #expect(ended?["outputData"]?.text == #"{"response":{"body":18446744073709551615,"statusCode":503}}"#)
        }
    }
}
