import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

@Suite struct `The round of a loop` {
    @Test func `is known to its tasks from the first one on`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[{"name":"l","taskReferenceName":"l","type":"DO_WHILE",
                  "loopCondition":"$.l['iteration'] < 3","loopOver":[{"name":"r","taskReferenceName":"r","type":"SIMPLE",
                    "inputParameters":{"n":"${l.output.iteration}"}}]}]}
                """)
            let id = try stage.start("w")
            for round in 1...3 {
                let task = try stage.poll("r")
                #expect(task?["inputData"]?["n"] == .integer(round))
                try stage.update(task, output: #"{"round":\#(round)}"#)
            }
            #expect(try stage.status(id) == "COMPLETED")
            #expect(
                try stage.workflow(id).elements("tasks").first?["outputData"]?.text
                    == #"{"1":{"r":{"round":1}},"2":{"r":{"round":2}},"3":{"r":{"round":3}},"iteration":3}"#)
        }
    }
}
