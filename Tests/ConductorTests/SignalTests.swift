import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

@Suite struct `A task that is skipped` {
    private func skip(_ reference: String, of id: String, in stage: ConductorStage, _ request: String = "{}") throws {
        let request = try JSONValue(parsing: request)
        try stage.change { try $0.skip(reference, of: id, request) }
    }

    @Test func `is passed over when its turn comes, and gives what it was told to`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[\(simple("a", "b")),{"name":"c","taskReferenceName":"c","type":"SIMPLE",
                 "inputParameters":{"n":"${b.output.n}"}}]}
                """)
            let id = try stage.start("w")
            try skip("b", of: id, in: stage, #"{"taskInput":{"x":1},"taskOutput":{"n":7}}"#)
            #expect(try stage.tasks(id) == ["a SCHEDULED", "b SKIPPED"])
            try stage.work("a")
            let task = try stage.poll("c")
            #expect(task?["inputData"]?["n"] == .integer(7))
            try stage.update(task)
            #expect(try stage.status(id) == "COMPLETED")
            #expect(try stage.poll("b") == nil)
        }
    }

    @Test func `leaves out all that it holds, and the JOIN behind it waits for nothing`() throws {
        let fork = { (name: String, tasks: String) in
            """
            {"name":"\(name)","taskReferenceName":"\(name)","type":"FORK_JOIN","forkTasks":[\(tasks)]},
            {"name":"j\(name)","taskReferenceName":"j\(name)","type":"JOIN"}
            """
        }
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[\(simple("a")),\(fork("f", "[\(simple("x"))],[\(simple("y"))]")),
                \(fork("g", "[\(simple("z"))]")),\(simple("e"))]}
                """)
            let id = try stage.start("w")
            try skip("g", of: id, in: stage)
            try stage.work("a")
            try stage.work("x")
            #expect(try stage.poll("e") == nil, "the first fork is waited for")
            try stage.work("y")
            try stage.work("e")
            #expect(try stage.status(id) == "COMPLETED")
            #expect(try stage.poll("z") == nil)
        }
    }

    @Test func `is one that has not begun, of a workflow that runs`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[\(simple("a")),{"name":"l","taskReferenceName":"l","type":"DO_WHILE",
                 "loopCondition":"$.l.iteration < 2","loopOver":[\(simple("r"))]},\(simple("b"))]}
                """)
            let id = try stage.start("w")
            func status(_ reference: String) throws -> Int? {
                do {
                    try skip(reference, of: id, in: stage)
                    return nil
                } catch let fault as ConductorFault {
                    return fault.status
                }
            }
            #expect(try status("a") == 409)
            #expect(try status("nowhere") == 404)
            #expect(try status("r") == 409)
            #expect(try status("r__2") == nil)
            #expect(try status("r__2") == 409)
            try stage.work("a")
            try stage.work("r")
            #expect(try stage.tasks(id).contains("b SCHEDULED"), "the second round is passed over")
            try stage.work("b")
            #expect(try status("b") == 409)
            #expect(try stage.status(id) == "COMPLETED")
        }
    }
}

@Suite struct `A signal` {
    private static let outer = """
        {"name":"outer","tasks":[{"name":"s","taskReferenceName":"s","type":"SUB_WORKFLOW",
         "subWorkflowParam":{"name":"inner"}},{"name":"h","taskReferenceName":"h","type":"HUMAN"}]}
        """
    private static let inner = """
        {"name":"inner","tasks":[{"name":"wait","taskReferenceName":"wait","type":"WAIT"}],
         "outputParameters":{"said":"${wait.output.word}"}}
        """

    private func signal(_ id: String, _ status: String = "COMPLETED", in stage: ConductorStage) throws {
        try stage.change { try $0.signal(id, status: status, output: .object(["word": .string("go")])) }
    }

    @Test func `reaches the task that waits, also in a workflow within, and then the next`() throws {
        try withStage { stage in
            try stage.define(Self.inner)
            try stage.define(Self.outer)
            let id = try stage.start("outer")
            let before = try stage.look { try $0.signalAnswer(id, .task, request: "r1") }
            #expect(before.text("referenceTaskName") == "wait")
            #expect(before.text("responseType") == "BLOCKING_TASK")
            #expect(before.text("targetWorkflowId") == id)
            #expect(before.text("workflowId") != id)
            #expect(before.text("requestId") == "r1")
            try signal(id, in: stage)
            #expect(try stage.tasks(id) == ["s COMPLETED", "h IN_PROGRESS"])
            let answer = try stage.look { try $0.signalAnswer(id, .workflow, request: "r2") }
            #expect(answer.text("responseType") == "BLOCKING_WORKFLOW")
            #expect(answer.text("workflowId") == id)
            #expect(answer.text("status") == "RUNNING")
            try signal(id, in: stage)
            #expect(try stage.status(id) == "COMPLETED")
            let last = try stage.look { try $0.signalAnswer(id, .taskInput, request: "r3") }
            #expect(last.text("responseType") == "TARGET_WORKFLOW")
            #expect(last.text("targetWorkflowStatus") == "COMPLETED")
            let fault = #expect(throws: ConductorFault.self) { try signal(id, in: stage) }
            #expect(fault?.status == 404)
        }
    }

    @Test func `may let a task fail, and is refused with a status that is none`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[{"name":"h","taskReferenceName":"h","type":"HUMAN"}]}"#)
            let id = try stage.start("w")
            let fault = #expect(throws: ConductorFault.self) { try signal(id, "DONE", in: stage) }
            #expect(fault?.status == 400)
            try signal(id, "IN_PROGRESS", in: stage)
            #expect(try stage.tasks(id) == ["h IN_PROGRESS"])
            try signal(id, "FAILED", in: stage)
            #expect(try stage.status(id) == "FAILED")
            let unknown = #expect(throws: ConductorFault.self) { try signal("nowhere", in: stage) }
            #expect(unknown?.status == 404)
        }
    }
}

@Suite struct `A task that did not reach its worker` {
    @Test func `goes back as if it had not been handed out, with others of its answer that can`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","timeoutSeconds":60,"pollTimeoutSeconds":30}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let ids = [try stage.start("w"), try stage.start("w")]
            let items = try stage.change { try $0.handOut(RemoteType("a"), worker: "dead", count: 2).map(\.item) }
            try stage.store.write { _ = try $0.cancel(RunID(1)) }
            try stage.change { orchestra in for item in items { try orchestra.takeBack(item) } }
            try stage.settle()
            #expect(try ids.map { try stage.status($0) } == ["TERMINATED", "RUNNING"])
            let task = try stage.poll("a")
            #expect(task?["pollCount"] == .integer(1))
            #expect(task?.text("workerId") == "w")
            // Under its new lease the old answer says nothing.
            try stage.change { orchestra in for item in items { try orchestra.takeBack(item) } }
            #expect(try stage.tasks(ids[1]) == ["a IN_PROGRESS"])
            try stage.update(task)
            #expect(try stage.status(ids[1]) == "COMPLETED")
        }
    }
}
