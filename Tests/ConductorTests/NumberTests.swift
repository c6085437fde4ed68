import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

/// Numbers as large as JSON's readers take them: they are refused at their place, or come to an end that can be counted.
@Suite struct `A number beyond all bounds` {
    private static let most = "9223372036854775807"

    @Test(arguments: [
        "retryCount", "retryDelaySeconds", "backoffScaleFactor", "timeoutSeconds", "responseTimeoutSeconds",
        "concurrentExecLimit", "pollTimeoutSeconds", "rateLimitPerFrequency", "rateLimitFrequencyInSeconds",
    ])
    func `is refused in a task's definition, and the largest of 32 bits is not`(field: String) throws {
        for number in [Self.most, "10000000000000000", "2147483648", "\"\(Self.most)\""] {
            let given = try JSONValue(parsing: "{\"name\":\"a\",\"\(field)\":\(number)}")
            let fault = #expect(throws: ConductorFault.self) { try TaskDefinition(given) }
            #expect(fault?.validationErrors.map(\.path) == [field])
            #expect(fault?.description.contains("at most 2147483647") == true)
        }
        let given = try JSONValue(parsing: "{\"name\":\"a\",\"\(field)\":2147483647}")
        _ = try TaskDefinition(given)
    }

    @Test(arguments: [
        (#""timeoutPolicy":"TIME_OUT_WF","timeoutSeconds":\#(most),"tasks":[]"#, "timeoutSeconds"),
        (
            #""tasks":[{"name":"a","taskReferenceName":"a","type":"SIMPLE","startDelay":9223372036854775}]"#,
            "tasks[0].startDelay"
        ),
        (
            #""tasks":[{"name":"a","taskReferenceName":"a","type":"HTTP","retryCount":\#(most)}]"#,
            "tasks[0].retryCount"
        ),
        (
            #""tasks":[{"name":"a","taskReferenceName":"a","taskDefinition":{"responseTimeoutSeconds":\#(most)}}]"#,
            "tasks[0].taskDefinition.responseTimeoutSeconds"
        ),
    ])
    func `is refused in a workflow's definition`(members: String, path: String) throws {
        let given = try JSONValue(parsing: "{\"name\":\"w\",\(members)}")
        let fault = #expect(throws: ConductorFault.self) { try WorkflowDefinition(given) }
        #expect(fault?.validationErrors.contains { $0.path == path } == true, "\(fault?.description ?? "")")
    }

    @Test func `harms nobody where all limits are the largest that are taken`() throws {
        try withStage { stage in
            let number = "2147483647"
            try stage.defineTask(
                """
                {"name":"a","retryCount":\(number),"retryDelaySeconds":\(number),"backoffScaleFactor":\(number),
                 "retryLogic":"LINEAR_BACKOFF","timeoutSeconds":\(number),"timeoutPolicy":"RETRY",
                 "responseTimeoutSeconds":\(number),"concurrentExecLimit":\(number),"pollTimeoutSeconds":\(number),
                 "rateLimitPerFrequency":\(number),"rateLimitFrequencyInSeconds":\(number)}
                """)
            try stage.define(
                #"{"name":"w","timeoutPolicy":"TIME_OUT_WF","timeoutSeconds":\#(number),"tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            try stage.work("a", "FAILED")
            stage.time.advance(by: 365 * 86_400_000)
            try stage.settle()
            try stage.work("a")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `of a worker's callbackAfterSeconds is refused, and its task stays with it`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            let result = JSONValue.object([
                "taskId": .string(task?.text("taskId") ?? ""), "status": .string("IN_PROGRESS"),
                "callbackAfterSeconds": .integer(.max),
            ])
            let fault = #expect(throws: ConductorFault.self) { try stage.change { _ = try $0.update(result) } }
            #expect(fault?.validationErrors.map(\.path) == ["callbackAfterSeconds"])
            try stage.update(task)
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `in a search finds what there is`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            _ = try stage.start("w")
            for (query, count) in [
                ("startTime <= \(Self.most)", 1), ("startTime >= -9223372036854775808", 1),
                ("startTime > \(Self.most)", 0), ("startTime < -9223372036854775808", 0),
            ] {
                let found = try stage.look { try $0.search(query: query, text: "*", start: 0, size: 10, sort: "") }
                #expect(found["totalHits"] == .integer(count), "\(query)")
            }
        }
    }

    @Test(arguments: [
        ("until", "9223372036854775807-01-01"), ("until", "-9223372036854775808-01-01"),
        ("until", "2030-01-01 08:00 GMT+2:9223372036854775807"), ("until", "2030-01-01 08:00 +-9223372036854775808"),
        ("duration", "10000000w 1s"),
    ])
    func `that comes as data to a WAIT fails that task, and no other`(input: String, text: String) throws {
        try withStage { stage in
            try stage.define(#"{"name":"other","tasks":[\#(simple("a"))]}"#)
            try stage.define(
                """
                {"name":"w","tasks":[
                  {"name":"a","taskReferenceName":"a","type":"WAIT","inputParameters":{"duration":"1s"}},
                  {"name":"b","taskReferenceName":"b","type":"WAIT","inputParameters":{"\(input)":"${workflow.input.t}"}}]}
                """)
            let id = try stage.start("w", input: "{\"t\":\"\(text)\"}")
            let other = try stage.start("other")
            stage.time.advance(by: 1_000)
            try stage.settle()
            #expect(try stage.tasks(id) == ["a COMPLETED", "b FAILED_WITH_TERMINAL_ERROR"])
            #expect(try stage.status(id) == "FAILED")
            try stage.work("a")
            #expect(try stage.status(other) == "COMPLETED")
        }
    }

    @Test func `of weeks that add up is no duration`() {
        #expect(WaitTime.milliseconds(String(repeating: "10000000w ", count: 1_600)) == nil)
        #expect(WaitTime.milliseconds("10000000w") == 6_048_000_000_000_000)
    }

    @Test func `is a day among the times of a request`() throws {
        let input = try HTTPInput([
            "uri": .string("http://127.0.0.1/"), "connectionTimeOut": .integer(.max), "readTimeOut": .integer(.max),
        ])
        #expect(input.timeout == .seconds(86_400))
    }
}

@Suite struct `An execution that cannot be decided` {
    @Test func `says why, and keeps no other from it`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a", "b"))]}"#)
            let (bad, good) = (try stage.start("w"), try stage.start("w"))
            let both = try stage.change { try $0.poll(RemoteType("a"), worker: "w", count: 2) }
            try stage.store.write { transaction in
                var execution = try #require(try transaction.execution(bad))
                execution.definition = "{}"
                try transaction.save(execution)
            }
            for task in both where task.text("workflowInstanceId") == good { try stage.update(task) }
            stage.time.advance(by: 3_600_001)
            try stage.settle()
            #expect(try stage.tasks(good) == ["a COMPLETED", "b SCHEDULED"])
            #expect(try stage.workflow(bad).text("reasonForIncompletion")?.contains("cannot be decided") == true)
            #expect(try !stage.look { try $0.agenda() }.isDue)
        }
    }
}
