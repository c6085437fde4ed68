import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

@Suite struct `A definition within a task` {
    @Test func `is about the workflow that it defines`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"outer","tasks":[{"name":"p","taskReferenceName":"p","type":"SUB_WORKFLOW",
                 "inputParameters":{"x":"child ${workflow.input.x}"},
                 "subWorkflowParam":{"name":"${workflow.input.name}","workflowDefinition":{"name":"inner","tasks":[
                   {"name":"a","taskReferenceName":"a","type":"SIMPLE",
                    "inputParameters":{"x":"${workflow.input.x}","id":"${workflow.workflowId}"}},
                   {"name":"b","taskReferenceName":"b","type":"SIMPLE","inputParameters":{"n":"${a.output.n}"}}],
                  "outputParameters":{"n":"${b.output.n}"}}}}]}
                """)
            let id = try stage.start("outer", input: #"{"x":"x","name":"any"}"#)
            let first = try stage.poll("a")
            #expect(first?["inputData"]?["x"] == .string("child x"))
            let child = first?.text("workflowInstanceId")
            #expect(first?["inputData"]?.text("id") == child && child != id)
            try stage.update(first, output: #"{"n":7}"#)
            let second = try stage.poll("b")
            #expect(second?["inputData"]?["n"] == .integer(7))
            try stage.update(second, output: #"{"n":8}"#)
            #expect(try stage.status(id) == "COMPLETED")
            #expect(try stage.workflow(id)["output"]?["n"] == .integer(8))
        }
    }

    @Test func `may come as a value, and its name and version as values too`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"known","version":2,"tasks":[\#(simple("k"))]}"#)
            let task = { (name: String, parameters: String) in
                #"{"name":"\#(name)","taskReferenceName":"\#(name)","type":"SUB_WORKFLOW","subWorkflowParam":\#(parameters)}"#
            }
            try stage.define(
                """
                {"name":"w","tasks":[
                 \(task("s", #"{"name":"${workflow.input.name}","version":"${workflow.input.version}"}"#)),
                 \(task("t", #"{"name":"t","workflowDefinition":"${workflow.input.definition}"}"#))]}
                """)
            let id = try stage.start(
                "w", input: #"{"name":"known","version":2,"definition":{"name":"given","tasks":[\#(simple("g"))]}}"#)
            try stage.work("k")
            try stage.work("g")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }
}
