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

@Suite struct `A worker's word` {
    @Test(arguments: ["FAILED_WITH_TERMINAL_ERROR", "FAILED"])
    func `of a failure without a reason leaves a job that says so`(status: String) throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","retryCount":0}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            let result = JSONValue.object([
                "taskId": .string(task?.text("taskId") ?? ""), "status": .string(status),
            ])
            try stage.change { _ = try $0.update(result) }
            #expect(try stage.status(id) == "FAILED")
            #expect(try stage.store.column("SELECT error FROM jobs") == ["the worker gave no reason"])
            try stage.store.checkInvariants()
        }
    }

    @Test(arguments: ["[1]", "\"x\"", "5"])
    func `whose output is no object is refused, and the task stays with it`(output: String) throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            let fault = #expect(throws: ConductorFault.self) { try stage.update(task, output: output) }
            #expect(fault?.status == 400)
            #expect(fault?.validationErrors.map(\.path) == ["outputData"])
            try stage.update(task, output: "null")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }
}

@Suite struct `Tasks are handed out` {
    @Test func `by their workflow's priority, of which 0 is the lowest`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            for priority in [0, 1, 4, 9, 5] { _ = try stage.start("w") { $0.priority = priority } }
            let polled = try stage.change { try $0.poll(RemoteType("a"), worker: "w", count: 5) }
            #expect(polled.map { $0.whole("workflowPriority") } == [9, 5, 4, 1, 0])
        }
    }

    @Test func `until the timeoutSeconds of a definition within the workflow`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[{"name":"a","taskReferenceName":"a","type":"SIMPLE",
                  "taskDefinition":{"timeoutSeconds":10,"responseTimeoutSeconds":5,"retryCount":0}}]}
                """)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            for _ in 0..<3 {
                stage.time.advance(by: 3_000)
                let beat = JSONValue.object([
                    "taskId": .string(task?.text("taskId") ?? ""), "extendLease": .bool(true),
                ])
                try stage.change { _ = try $0.update(beat) }
            }
            #expect(try stage.status(id) == "RUNNING")
            stage.time.advance(by: 1_000)
            try stage.settle()
            #expect(try stage.status(id) == "TIMED_OUT")
        }
    }

    @Test func `as a changed concurrentExecLimit says, those that wait for it among them`() throws {
        try withStage { stage in
            func define(_ most: Int) throws {
                let definition = try JSONValue(parsing: #"{"name":"a","concurrentExecLimit":\#(most)}"#)
                try stage.change { try $0.register(task: definition) }
            }
            func take() throws -> Int {
                try stage.change { try $0.poll(RemoteType("a"), worker: "w", count: 10).count }
            }
            try define(1)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            for _ in 0..<6 { _ = try stage.start("w") }
            #expect(try take() == 1)
            try define(2)
            #expect(try take() == 1)
            try define(0)
            #expect(try take() == 4)
            try define(1)
            for _ in 0..<2 { _ = try stage.start("w") }
            #expect(try take() == 0)
            #expect(try stage.change { try $0.forget(task: "a") })
            #expect(try take() == 2)
        }
    }
}
