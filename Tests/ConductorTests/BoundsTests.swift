import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

/// What a small definition may make of the database, and of the time in which nobody else writes.
@Suite struct `A definition that multiplies` {
    @Test func `its variables is stopped at a mebibyte`() throws {
        try withStage { stage in
            func set(_ number: Int, _ value: String) -> String {
                let ten = Array(repeating: "\"\(value)\"", count: 10).joined(separator: ",")
                return """
                    {"name":"s\(number)","taskReferenceName":"s\(number)","type":"SET_VARIABLE",
                     "inputParameters":{"v":[\(ten)]}}
                    """
            }
            let tasks = (0..<9).map { set($0, $0 == 0 ? "xxxxxxxxxx" : "${workflow.variables.v}") }
            try stage.define(#"{"name":"w","tasks":[\#(tasks.joined(separator: ","))]}"#)
            let id = try stage.start("w")
            let workflow = try stage.workflow(id)
            #expect(workflow.text("status") == "FAILED")
            #expect(workflow.text("reasonForIncompletion")?.contains("larger than 1048576 bytes") == true)
            #expect((workflow["variables"]?.text.utf8.count ?? 0) < 1 << 20)
            #expect(try stage.tasks(id).last == "s4 FAILED_WITH_TERMINAL_ERROR")
        }
    }

    @Test func `its input is stopped before it is put together`() throws {
        try withStage { stage in
            let many = Array(repeating: "${workflow.input.x}", count: 1_000).joined()
            let task = #"{"name":"n","taskReferenceName":"n","type":"NOOP","inputParameters":{"x":"\#(many)"}}"#
            try stage.define(#"{"name":"w","tasks":[\#(task)]}"#)
            let id = try stage.start("w", input: #"{"x":"\#(String(repeating: "y", count: 10_000))"}"#)
            #expect(try stage.status(id) == "FAILED")
            let workflow = try stage.workflow(id)
            #expect(workflow.text("reasonForIncompletion")?.contains("larger than 4194304 bytes") == true)
            #expect(workflow.elements("tasks").first?["inputData"]?.object?.isEmpty == true)
        }
    }

    @Test func `what a loop keeps stays within a mebibyte while it goes on`() throws {
        try withStage { stage in
            let large = #"{"x":"\#(String(repeating: "y", count: 600_000))"}"#
            try stage.define(
                """
                {"name":"w","tasks":[{"name":"l","taskReferenceName":"l","type":"DO_WHILE",
                 "loopCondition":"$.l.iteration < 3","loopOver":[\(simple("a", "b"))]}]}
                """)
            let id = try stage.start("w")
            for name in ["a", "b", "a", "b"] { try stage.work(name, output: large) }
            let loop = try #require(try stage.workflow(id).elements("tasks").first)
            #expect(loop["outputData"] == .object(["iteration": .integer(3)]))
        }
    }

    @Test func `what a JOIN brings together fails rather than lacks a part`() throws {
        try withStage { stage in
            let large = #"{"x":"\#(String(repeating: "y", count: 600_000))"}"#
            try stage.define(
                """
                {"name":"w","tasks":[
                  {"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[\(simple("a"))],[\(simple("b"))]]},
                  {"name":"j","taskReferenceName":"j","type":"JOIN","joinOn":["a","b"]}]}
                """)
            let id = try stage.start("w")
            for name in ["a", "b"] { try stage.work(name, output: large) }
            #expect(try stage.status(id) == "FAILED")
            #expect(try stage.workflow(id).text("reasonForIncompletion")?.contains("1048576 bytes") == true)
        }
    }

    @Test func `an output fails, or leaves with the tasks what is too much`() throws {
        try withStage { stage in
            let large = #"{"x":"\#(String(repeating: "y", count: 600_000))"}"#
            try stage.define(
                """
                {"name":"w","tasks":[\(simple("a", "b"))],
                 "outputParameters":{"a":"${a.output.x}","text":"${a.output.x} and ${b.output.x}"}}
                """)
            let id = try stage.start("w")
            for name in ["a", "b"] { try stage.work(name, output: large) }
            #expect(try stage.status(id) == "FAILED")
            #expect(try stage.workflow(id).text("reasonForIncompletion")?.contains("1048576") == true)

            let wide = try stage.start("wide") { request in
                request.definition = JSONValue.stored("{\"name\":\"wide\",\"tasks\":[\(simple("c", "d"))]}")
                request.isParallel = true
            }
            for name in ["c", "d"] { try stage.work(name, output: large) }
            #expect(try stage.status(wide) == "COMPLETED")
            #expect(try stage.workflow(wide)["output"]?.object?.keys.sorted() == ["c"])
            #expect(try stage.workflow(wide).elements("tasks").allSatisfy { $0["outputData"]?["x"] != nil })
        }
    }

    private func loop(_ name: String, _ rounds: Int, over inner: String) -> String {
        """
        {"name":"\(name)","taskReferenceName":"\(name)","type":"DO_WHILE",
         "loopCondition":"$.\(name).iteration < \(rounds)","loopOver":[\(inner)]}
        """
    }

    private let noop = #"{"name":"n","taskReferenceName":"n","type":"NOOP"}"#

    private func tasks(in stage: ConductorStage) throws -> Int {
        Int(try stage.store.column("SELECT count(*) FROM execution_tasks").first ?? "") ?? 0
    }

    @Test func `its rounds by loops within loops gives others their turn after each few of them`() throws {
        try withStage { stage in
            let inner = loop("b", 40, over: loop("c", 40, over: noop))
            try stage.define(#"{"name":"w","tasks":[\#(loop("a", 9_999, over: inner))]}"#)
            try stage.define(#"{"name":"v","tasks":[\#(simple("x", "y"))]}"#)
            let (id, other) = (try stage.start("w"), try stage.start("v"))
            let first = try tasks(in: stage)
            #expect(first < 5_000)
            #expect(try stage.look { try $0.agenda() }.isDue)
            try stage.work("x")
            try stage.work("y")
            #expect(try stage.status(other) == "COMPLETED")
            stage.time.advance(by: 1)
            let before = try tasks(in: stage)
            try stage.settle()
            let made = try tasks(in: stage) - before
            #expect(made > 0 && made < 5_000)
            #expect(try stage.status(id) == "RUNNING")
        }
    }

    @Test func `its rounds comes to its end`() throws {
        try withStage { stage in
            let inner = loop("b", 8, over: loop("c", 8, over: noop))
            try stage.define(#"{"name":"w","tasks":[\#(loop("a", 8, over: inner))]}"#)
            let id = try stage.start("w")
            for _ in 0..<100 where try stage.look({ try $0.agenda() }).isDue { try stage.settle() }
            #expect(try stage.status(id) == "COMPLETED")
            #expect(try stage.tasks(id).count == 1 + 8 + 64 + 512)
        }
    }

    @Test func `itself by starting itself twice does so a part at a time`() throws {
        try withStage { stage in
            func again(_ name: String) -> String {
                #"{"name":"\#(name)","taskReferenceName":"\#(name)","type":"SUB_WORKFLOW","optional":true,"subWorkflowParam":{"name":"w"}}"#
            }
            try stage.define(
                """
                {"name":"w","tasks":[
                  {"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[\(again("l"))],[\(again("r"))]]},
                  {"name":"j","taskReferenceName":"j","type":"JOIN","joinOn":["l","r"]}]}
                """)
            try stage.define(#"{"name":"v","tasks":[\#(simple("x", "y"))]}"#)
            _ = try stage.start("w")
            let count = Int(try stage.store.column("SELECT count(*) FROM executions").first ?? "") ?? 0
            #expect(count > 20 && count < 3_000)
            let other = try stage.start("v")
            try stage.work("x")
            try stage.work("y")
            #expect(try stage.status(other) == "COMPLETED")
        }
    }

    @Test func `its tasks by data makes them all, in several turns`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[
                  {"name":"f","taskReferenceName":"f","type":"FORK_JOIN_DYNAMIC","dynamicForkTasksParam":"tasks",
                   "dynamicForkTasksInputParamName":"inputs",
                   "inputParameters":{"tasks":"${workflow.input.tasks}","inputs":{}}},
                  {"name":"j","taskReferenceName":"j","type":"JOIN"}]}
                """)
            let forked = (0..<4_500).map { #"{"name":"t","taskReferenceName":"t\#($0)","type":"NOOP"}"# }
            let id = try stage.start("w", input: #"{"tasks":[\#(forked.joined(separator: ","))]}"#)
            #expect(try stage.status(id) == "RUNNING")
            for _ in 0..<20 where try stage.look({ try $0.agenda() }).isDue { try stage.settle() }
            #expect(try stage.status(id) == "COMPLETED")
            #expect(try stage.tasks(id).count == 4_502)
        }
    }
}
