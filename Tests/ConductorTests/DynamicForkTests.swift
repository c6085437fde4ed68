import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

@Suite struct `Data of a dynamic fork` {
    @Test func `reaches the workers as it is, again after a retry`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"e","retryCount":1,"retryDelaySeconds":0}"#)
            try stage.define(
                """
                {"name":"w","tasks":[{"name":"f","taskReferenceName":"f","type":"FORK_JOIN_DYNAMIC",
                 "dynamicForkTasksParam":"tasks","dynamicForkTasksInputParamName":"inputs",
                 "inputParameters":{"tasks":"${workflow.input.tasks}","inputs":"${workflow.input.inputs}"}},
                 {"name":"j","taskReferenceName":"j","type":"JOIN"}]}
                """)
            let data = #"{"x":"${workflow.workflowId}","y":["100% ${USER}","$${a}$$${b}"]}"#
            let id = try stage.start(
                "w",
                input: """
                    {"tasks":[{"name":"e","taskReferenceName":"e1","inputParameters":{"own":"${workflow.input.n}","x":0}}],
                     "inputs":{"e1":\(data)},"n":5}
                    """)
            let expected = try JSONValue(parsing: String(data.dropLast()) + #","own":5}"#)
            let task = try stage.poll("e")
            #expect(task?["inputData"] == expected)
            try stage.update(task, "FAILED")
            stage.time.advance(by: 1)
            try stage.settle()
            let again = try stage.poll("e")
            #expect(again?["inputData"] == expected)
            try stage.update(again)
            #expect(try stage.status(id) == "COMPLETED")
        }
    }
}
