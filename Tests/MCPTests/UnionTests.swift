import JSON
import Jobs
import Stores
import TestSupport
import Testing

@testable import MCP

/// Tasks of several workflows, or of a list of Conductor's.
@Suite struct `Tasks that are executed together` {
    private static let more = """
        name: more
        inputs: {level: {type: integer, default: 3}, tag: {type: string}}
        env: {WHO: more}
        tasks:
          - {task_id: 8, command: [echo, "8"]}
          - {task_id: 9, command: [echo, "${{ inputs.level }}"], depends_on: [8]}
        """

    private func jobs(_ client: Conversation) async throws -> [String] {
        try await client.service.inspect { store in
            try store.lines(
                """
                SELECT j.key, j.state, coalesce(group_concat(u.key), '')
                FROM jobs j LEFT JOIN dependencies d ON d.job_id = j.id LEFT JOIN jobs u ON u.id = d.depends_on
                GROUP BY j.id ORDER BY j.id
                """)
        }
    }

    private func start(_ client: Conversation, _ arguments: String) async throws -> JSONValue {
        try await client.call("execute_conductor_workflow", try JSONValue(parsing: arguments))
    }

    @Test func `of several files become one run, with the dependencies within each`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            try client.write(".conductor/workflows/more.yaml", Self.more)
            let answer = try await start(client, #"{"task_ids": [9, 4, 8, 5], "parameters": {"level": 7}}"#)
            #expect(answer["workflow_name"] == .string("more + four-tasks"))
            #expect(answer["total_tasks"] == .integer(4))
            #expect(
                Set(try await jobs(client)) == [
                    "task_9|blocked|task_8", "task_4|ready|", "task_8|ready|", "task_5|ready|",
                ])
            let runs = try await client.service.inspect { try $0.lines("SELECT workflow, inputs FROM runs") }
            #expect(runs == [#"more + four-tasks|{"level":7,"tag":null}"#])
            let variables = try await client.service.inspect {
                try $0.lines("SELECT key FROM jobs WHERE env LIKE '%WHO%' OR template LIKE '%WHO%' ORDER BY key")
            }
            #expect(variables == ["task_8", "task_9"], "each task keeps the variables of its file only")
        }
    }

    @Test func `of several files run one after the other in the order given`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            try client.write(".conductor/workflows/more.yaml", Self.more)
            _ = try await start(client, #"{"task_ids": [6, 8, 4], "sequential": true}"#)
            let order = try await client.service.perform { store in
                let runner = try store.runner()
                return try store.claim(4, for: runner, from: .queues(nil)).map(\.key)
            }
            #expect(order == ["task_6"])
            #expect(try await jobs(client).map { $0.split(separator: "|")[0] } == ["task_6", "task_8", "task_4"])
        }
    }

    @Test(arguments: [
        (
            "name: other\nparallel: {resources: {gpu: 2}}\ntasks: [{task_id: 8, command: ls}]",
            "name: more\nparallel: {resources: {gpu: 1}}\ntasks: [{task_id: 9, command: ls}]",
            "the pool 'gpu' is one thing in 'other' and another in 'more'"
        ),
        (
            "name: other\ninputs: {x: {default: 1}}\ntasks: [{task_id: 8, command: ls}]",
            "name: more\ninputs: {x: {default: 2}}\ntasks: [{task_id: 9, command: ls}]",
            "the input 'x' has one default in 'other' and another in 'more'; give its value in the parameters"
        ),
        (
            "name: other\ninputs: {x: {type: integer, required: true}}\ntasks: [{task_id: 8, command: ls}]",
            "name: more\ntasks: [{task_id: 9, command: ls}]", "other: the input 'x' is required"
        ),
        (
            "name: other\ntasks: [{task_id: 8, command: ls}]\nbroken: [",
            "name: more\ntasks: [{task_id: 9, command: ls}]",
            "no workflow has a task 8"
        ),
    ])
    func `say what keeps them apart, and start nothing`(first: String, second: String, fault: String) async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/a.yaml", first)
            try client.write(".conductor/workflows/b.yaml", second)
            let text = try await client.fault(
                "execute_conductor_workflow", try JSONValue(parsing: #"{"task_ids": [8, 9]}"#))
            #expect(text.contains(fault), "\(text)")
            #expect(try await jobs(client) == [])
        }
    }

    @Test func `take a value that is given where their defaults differ`() async throws {
        try await withConversation { client in
            try client.write(
                ".conductor/workflows/a.yaml",
                "name: other\ninputs: {x: {default: 1}}\ntasks: [{task_id: 8, command: ls}]")
            try client.write(
                ".conductor/workflows/b.yaml",
                "name: more\ninputs: {x: {default: 2}}\ntasks: [{task_id: 9, command: ls}]")
            _ = try await start(client, #"{"task_ids": [8, 9], "parameters": {"x": 5}}"#)
            let inputs = try await client.service.inspect { try $0.lines("SELECT inputs FROM runs") }
            #expect(inputs == [#"{"x":5}"#])
        }
    }

    @Test func `of a list of Conductor's begin at once when they are to run in parallel, all or some`() async throws {
        let tasks = (4...7).map { number in
            let input = number == 7 ? #"{"from": "${task_5.output.n}"}"# : "{}"
            return #"{"name": "work", "taskReferenceName": "task_\#(number)", "inputParameters": \#(input)}"#
        }
        try await withConversation { client in
            try client.write(
                ".conductor/workflows/list.json", #"{"name": "list", "tasks": [\#(tasks.joined(separator: ","))]}"#)
            _ = try await start(client, #"{"task_ids": [4, 5, 6, 7], "parallel": true}"#)
            #expect(
                try await jobs(client) == ["task_4|ready|", "task_5|ready|", "task_6|ready|", "task_7|blocked|task_5"])
        }
        try await withConversation { client in
            try client.write(
                ".conductor/workflows/list.json", #"{"name": "list", "tasks": [\#(tasks.joined(separator: ","))]}"#)
            _ = try await start(client, #"{"task_ids": [4, 6], "parallel": true}"#)
            _ = try await start(client, #"{"task_ids": [4, 6]}"#)
            #expect(
                try await jobs(client) == ["task_4|ready|", "task_6|ready|", "task_4|ready|", "task_6|blocked|task_4"])
        }
    }
}
