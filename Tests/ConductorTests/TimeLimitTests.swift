import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

/// Limits of task definitions and workflows.
@Suite struct `A limit of a definition` {
    @Test func `pollTimeoutSeconds ends a workflow whose task nobody asks for`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","pollTimeoutSeconds":10}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            stage.time.advance(by: 9_999)
            let early = try stage.look { try $0.agenda() }
            #expect(!early.isDue && early.next == 1)
            try stage.settle()
            #expect(try stage.status(id) == "RUNNING")
            stage.time.advance(by: 1)
            try stage.settle()
            #expect(try stage.status(id) == "TIMED_OUT")
            #expect(try stage.tasks(id) == ["a TIMED_OUT"])
            #expect(try stage.workflow(id).text("reasonForIncompletion")?.contains("within 10 seconds") == true)
            #expect(try stage.poll("a") == nil)
        }
    }

    @Test func `pollTimeoutSeconds counts from when the task may be handed out, and no more once it is`() throws {
        try withStage { stage in
            try stage.defineTask(
                #"{"name":"a","pollTimeoutSeconds":10,"timeoutPolicy":"RETRY","retryCount":1,"retryDelaySeconds":5}"#)
            try stage.define(
                #"{"name":"w","tasks":[{"name":"a","taskReferenceName":"a","type":"SIMPLE","startDelay":20}]}"#)
            let id = try stage.start("w")
            stage.time.advance(by: 29_999)
            try stage.settle()
            #expect(try stage.tasks(id) == ["a SCHEDULED"])
            stage.time.advance(by: 1)
            try stage.settle()
            #expect(try stage.tasks(id) == ["a TIMED_OUT", "a SCHEDULED"])
            // The second attempt may be handed out after its delay, and then for ten seconds.
            stage.time.advance(by: 14_999)
            try stage.settle()
            #expect(try stage.tasks(id) == ["a TIMED_OUT", "a SCHEDULED"])
            let task = try stage.poll("a")
            stage.time.advance(by: 60_000)
            try stage.settle()
            #expect(try stage.tasks(id) == ["a TIMED_OUT", "a IN_PROGRESS"])
            try stage.update(task)
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `pollTimeoutSeconds of ALERT_ONLY does nothing, and tasks of a full pool wait no longer for it`() throws
    {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","pollTimeoutSeconds":1,"timeoutPolicy":"ALERT_ONLY"}"#)
            try stage.defineTask(#"{"name":"b","pollTimeoutSeconds":5,"concurrentExecLimit":1}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            try stage.define(#"{"name":"v","tasks":[\#(simple("b"))]}"#)
            let id = try stage.start("w")
            let (first, second) = (try stage.start("v"), try stage.start("v"))
            let held = try stage.poll("b")
            stage.time.advance(by: 5_000)
            try stage.settle()
            #expect(try stage.status(id) == "RUNNING")
            #expect(try stage.status(second) == "TIMED_OUT")
            try stage.update(held)
            #expect(try stage.status(first) == "COMPLETED")
            try stage.work("a")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `timeoutSeconds also ends a task that its worker has put off`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","timeoutSeconds":10,"responseTimeoutSeconds":5}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            try stage.change { orchestra in
                _ = try orchestra.update(
                    .object([
                        "taskId": .string(task?.text("taskId") ?? ""), "status": .string("IN_PROGRESS"),
                        "callbackAfterSeconds": .integer(100),
                    ]))
            }
            stage.time.advance(by: 10_000)
            try stage.settle()
            #expect(try stage.status(id) == "TIMED_OUT")
        }
    }

    @Test func `rateLimitPerFrequency holds in every span of its length`() throws {
        try withStage { stage in
            try stage.defineTask(
                #"{"name":"a","rateLimitPerFrequency":3,"rateLimitFrequencyInSeconds":10}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            for _ in 0..<12 { _ = try stage.start("w") }
            func take(_ count: Int) throws -> Int {
                try stage.change { try $0.poll(RemoteType("a"), worker: "w", count: count).count }
            }
            #expect(try take(2) == 2)
            stage.time.advance(by: 6_000)
            #expect(try take(5) == 1)
            #expect(try take(5) == 0)
            guard case .later(let wait) = try stage.look({ try $0.outlook(RemoteType("a")) }) else {
                Issue.record("there is room")
                return
            }
            #expect(wait == 4_000)
            stage.time.advance(by: 3_999)
            #expect(try take(5) == 0)
            stage.time.advance(by: 1)
            #expect(try take(5) == 2, "the first two are ten seconds old")
            stage.time.advance(by: 6_000)
            #expect(try take(5) == 1)
            // What comes back from a worker that did not get it counts, too.
            #expect(try stage.store.column("SELECT sum(amount) FROM handouts") == ["3"])
        }
    }

    @Test func `rateLimitPerFrequency asks nothing of other types, and ends with its definition`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","rateLimitPerFrequency":1,"rateLimitFrequencyInSeconds":3600}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            try stage.define(#"{"name":"v","tasks":[\#(simple("b"))]}"#)
            for _ in 0..<3 { _ = (try stage.start("w"), try stage.start("v")) }
            #expect(try stage.poll("a") != nil)
            #expect(try stage.poll("a") == nil)
            #expect(try stage.poll("b") != nil)
            #expect(try stage.poll("b") != nil)
            try stage.defineTask(#"{"name":"a"}"#)
            #expect(try stage.poll("a") != nil)
        }
    }

    @Test(arguments: [
        #"{"name":"a","pollTimeoutSeconds":-1}"#, #"{"name":"a","rateLimitPerFrequency":"1.5.2"}"#,
        #"{"name":"a","rateLimitFrequencyInSeconds":"x"}"#,
    ])
    func `that is no whole number is refused`(text: String) throws {
        let json = try JSONValue(parsing: text)
        #expect(throws: ConductorFault.self) { try TaskDefinition(json) }
    }
}
