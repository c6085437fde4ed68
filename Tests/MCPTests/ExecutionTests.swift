import Engine
import JSON
import Jobs
import Stores
import TestSupport
import Testing

@testable import MCP

@Suite struct `Executing a workflow` {
    @Test func `takes tasks by their numbers, and starts them all at once`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            let answer = try await client.call(
                "execute_conductor_workflow",
                .object(["task_ids": .list([4, 5, 6, 7].map { .integer($0) }), "parallel": .bool(true)]))
            #expect(answer["workflow_execution_id"] == .string("1"))
            #expect(answer["status"] == .string("RUNNING"))
            #expect(answer["tasks"]?.list?.map { $0["status"] } == Array(repeating: .string("SCHEDULED"), count: 4))
            #expect(answer["note"]?.string?.contains("no runner lives") == true)
            let jobs = try await client.service.inspect {
                try $0.lines("SELECT key, state FROM job_history ORDER BY id")
            }
            #expect(jobs == ["task_4|ready", "task_5|ready", "task_6|ready", "task_7|ready"])
        }
    }

    @Test func `runs chosen tasks one after the other in the order given`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            _ = try await client.call(
                "execute_conductor_workflow",
                .object(["task_ids": .list([.integer(6), .integer(4)]), "sequential": .bool(true)]))
            let first = try await client.service.perform { store in
                let runner = try store.runner()
                return try store.claim(4, for: runner, from: .queues(nil)).map(\.key)
            }
            #expect(first == ["task_6"])
        }
    }

    @Test func `names the workflows that hold the same number`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            try client.write(
                "other/five.yaml", "name: five\ntasks: [{task_id: 5, command: ls}, {task_id: 9, command: ls}]")
            let other = Session(
                context: {
                    var context = ToolContext(service: client.service, directory: client.folder)
                    context.folders = ["other"]
                    return context
                }(), access: [.read, .execute], version: "1")
            let catalogue = try await other.context.catalogue()
            let ambiguous = #expect(throws: ToolFailure.self) { try catalogue.parts(withTasks: [4, 5]) }
            #expect(
                ambiguous?.description
                    == "task 5 is in 2 workflows: 'five' (other/five.yaml) and 'four-tasks' "
                    + "(.conductor/workflows/four.yaml); say which by workflow_name")
            let spread = try catalogue.parts(withTasks: [9, 4, 7])
            #expect(spread.map(\.entry.name) == ["five", "four-tasks"])
            #expect(spread.map(\.tasks) == [[9], [4, 7]])
            let unknown = #expect(throws: ToolFailure.self) { try catalogue.parts(withTasks: [8]) }
            #expect(unknown?.description == "no workflow has a task 8; there are tasks 4, 5, 6, 7, 9")
            #expect(try catalogue.workflow(named: "FIVE.yaml").name == "five")
        }
    }

    @Test(arguments: [
        (#"{"task_ids": [4], "parallel": true, "sequential": true}"#, "exclude each other"),
        (#"{"task_ids": []}"#, "with at least one"), (#"{"task_ids": "4"}"#, "must be a list"),
        (#"{"task_ids": [4.5]}"#, "whole numbers"), (#"{"task_ids": [4, 4]}"#, "twice"), ("{}", "give workflow_name"),
        (#"{"workflow_name": "x"}"#, "there is no workflow 'x'; there are four-tasks"),
        (#"{"workflow_name": "four-tasks", "parameters": {"tag": 1}}"#, "no input 'tag'"),
        (#"{"workflow_name": "four-tasks", "task_ids": [8]}"#, "has no task 8; it has 4, 5, 6, 7"),
        (#"{"task_ids": [4], "parallel_limit": 0}"#, "from 1 to"),
    ])
    func `says what is wrong with what it was given, and starts nothing`(arguments: String, fault: String) async throws
    {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            let text = try await client.fault("execute_conductor_workflow", try JSONValue(parsing: arguments))
            #expect(text.contains(fault), "\(text)")
            let runs = try await client.service.inspect { try $0.column("SELECT count(*) FROM runs") }
            #expect(runs == ["0"])
        }
    }
}

@Suite struct `The status of a run` {
    /// Starts the four tasks and claims so many of them.
    private func start(_ client: Conversation, claiming count: Int) async throws -> [Claim] {
        try client.write(".conductor/workflows/four.yaml", fourTasks)
        _ = try await client.call("execute_conductor_workflow", .object(["workflow_name": .string("four-tasks")]))
        return try await client.service.perform { store in
            let runner = try store.runner()
            return try store.claim(count, for: runner, from: .queues(nil))
        }
    }

    private func status(_ client: Conversation) async throws -> JSONValue {
        try await client.call("get_conductor_workflow_status", .object(["workflow_execution_id": .string("1")]))
    }

    @Test func `has every running task strictly between nothing and all`() async throws {
        try await withConversation { client in
            let claims = try await start(client, claiming: 4)
            try await client.service.write { transaction in
                try transaction.setProgress(claims[0].job, leaseToken: claims[0].leaseToken, percent: 0, message: nil)
                try transaction.setProgress(
                    claims[1].job, leaseToken: claims[1].leaseToken, percent: 100, message: "soon")
            }
            let tasks = try await status(client)["tasks"]?.list ?? []
            let percents = tasks.compactMap { $0["percent"]?.integer }
            #expect(percents.prefix(2) == [1, 99])
            // The others' follow from the time, which a busy machine may take.
            #expect(percents.count == 4 && percents.allSatisfy { (1...99).contains($0) }, "\(percents)")
            #expect(
                tasks.map { $0["percent_from"]?.string } == ["reported", "reported", "timeout", "elapsed"])
            #expect(tasks[1]["message"] == .string("soon"))
            #expect(tasks.allSatisfy { $0["status"] == .string("IN_PROGRESS") })
        }
    }

    @Test func `counts, and is complete only when the run is over`() async throws {
        try await withConversation { client in
            let claims = try await start(client, claiming: 3)
            try await client.service.perform { store in
                try store.finish(claims[0]) { $0.result = #"{"coverage": 96}"# }
                try store.finish(claims[1], .failed)
            }
            var answer = try await status(client)
            #expect(answer["is_over"] == .bool(false))
            #expect(
                answer["progress_detail"]?.text
                    == #"{"cancelled":0,"completed":1,"completion_percent":50,"failed":1,"pending":1,"running":1,"skipped":0,"total_tasks":4}"#
            )
            #expect(answer["tasks"]?.list?.first?["result"]?["coverage"] == .integer(96))
            #expect(answer["summary"] == nil)
            try await client.service.perform { store in
                try store.finish(claims[2])
                let runner = try store.runner()
                for claim in try store.claim(1, for: runner) { try store.finish(claim) }
            }
            answer = try await status(client)
            // Nobody has judged it yet, or it has failed: a run is complete only when it is over.
            #expect((answer["progress"] == .integer(100)) == (answer["is_over"] == .bool(true)), "\(answer.text)")
        }
    }

    @Test func `estimates by the time that earlier runs took, and never to the end`() async throws {
        let time = TestTime()
        try await withConversation(timekeeper: time.timekeeper) { client in
            let claims = try await start(client, claiming: 4)
            time.advance(by: 10_000)
            try await client.service.perform { store in
                for claim in claims { try store.finish(claim) { $0.startedAt = TestTime.start } }
            }
            _ = try await start(client, claiming: 4)
            for (elapsed, percents) in [(5_000, 50...50), (10_000, 91...98), (1_000_000, 91...99)] {
                time.advance(by: elapsed)
                let answer = try await client.call(
                    "get_conductor_workflow_status", .object(["workflow_execution_id": .string("2")]))
                let tasks = answer["tasks"]?.list ?? []
                #expect(tasks.count == 4)
                #expect(tasks.allSatisfy { percents.contains($0["percent"]?.integer ?? 0) }, "\(answer.text)")
                #expect(tasks.allSatisfy { $0["percent_from"] == .string("history") })
            }
        }
    }

    @Test func `names a run that is not there`() async throws {
        try await withConversation { client in
            let none = try await client.fault(
                "get_conductor_workflow_status", .object(["workflow_execution_id": .string("7")]))
            #expect(none.hasPrefix("there is no run 7"))
            let bad = try await client.fault(
                "get_conductor_workflow_status", .object(["workflow_execution_id": .string("../7")]))
            #expect(bad.contains("must be an id"))
        }
    }
}
