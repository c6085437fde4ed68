import JSON
import Jobs
import SQLite
import TestSupport
import Testing

@testable import Conductor

/// What happens to executions without Conductor's API: other commands, other processes, the clock.
@Suite struct `An execution` {
    @Test func `is a run whose jobs can be read with SQL`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a", "b"))]}"#)
            let id = try stage.start("w", input: #"{"x":1}"#)
            try stage.work("a", output: #"{"n":7}"#)
            #expect(
                try stage.store.lines("SELECT key, kind, state, result FROM job_history") == [
                    #"a|external|succeeded|{"n":7}"#, "b|external|ready|",
                ])
            try stage.work("b")
            #expect(try stage.status(id) == "COMPLETED")
            #expect(
                try stage.store.lines("SELECT state, jobs, succeeded, inputs FROM run_history") == [
                    #"succeeded|2|2|{"x":1}"#
                ])
            #expect(
                try stage.store.lines("SELECT reference, status FROM task_history") == ["a|COMPLETED", "b|COMPLETED"])
        }
    }

    @Test func `ends when an operator cancels its run`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a", "b"))]}"#)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            try stage.store.write { _ = try $0.cancel(RunID(1)) }
            try stage.settle()
            #expect(try stage.status(id) == "TERMINATED")
            #expect(try stage.tasks(id) == ["a CANCELED"])
            try stage.update(task)
            #expect(try stage.status(id) == "TERMINATED")
        }
    }

    @Test func `goes on when an operator retries its failed job`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","retryCount":0}"#)
            try stage.define(
                """
                {"name":"w","tasks":[
                  {"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[\(simple("a"))],[\(simple("b"))]]},
                  {"name":"j","taskReferenceName":"j","type":"JOIN","joinOn":["a","b"]}]}
                """)
            let id = try stage.start("w")
            try stage.work("a", "FAILED")
            #expect(try stage.status(id) == "FAILED")
            let found = try stage.store.column("SELECT id FROM jobs WHERE key = 'a'")
            let job = try #require(found.first.flatMap { Int($0) })
            try stage.store.write { _ = try $0.retry(JobID(job)) }
            try stage.settle()
            #expect(try stage.status(id) == "RUNNING")
            try stage.work("a")
            try stage.work("b")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `takes a task back from a silent worker, whatever the wall clock does`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","retryCount":1,"retryDelaySeconds":2,"responseTimeoutSeconds":10}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            let lost = try stage.poll("a")
            stage.time.advance(by: 9_999)
            try stage.settle()
            #expect(try stage.tasks(id) == ["a IN_PROGRESS"])
            stage.time.advance(by: 1)
            let agenda = try stage.look { try $0.agenda() }
            #expect(agenda.isDue)
            try stage.settle()
            #expect(try stage.tasks(id) == ["a TIMED_OUT", "a SCHEDULED"])
            #expect(try stage.poll("a") == nil)
            try stage.update(lost)
            #expect(try stage.tasks(id) == ["a TIMED_OUT", "a SCHEDULED"])
            stage.time.advance(by: 2_000)
            try stage.work("a")
            #expect(try stage.status(id) == "COMPLETED")
            #expect(
                try stage.store.lines("SELECT attempt, state FROM attempt_history") == ["1|timed_out", "2|succeeded"])
        }
    }

    @Test func `gives tasks back at once after a reboot`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            _ = try stage.poll("a")
            try stage.store.write { try $0.endLeasesOfEarlierBoots(than: "boot") }
            try stage.settle()
            #expect(try stage.tasks(id) == ["a IN_PROGRESS"])
            try stage.store.write { try $0.endLeasesOfEarlierBoots(than: "another") }
            try stage.settle()
            #expect(try stage.tasks(id) == ["a TIMED_OUT", "a SCHEDULED"])
        }
    }

    @Test func `hands nothing out while its queue is paused, and no more at once than the definition says`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","concurrentExecLimit":2}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            for _ in 0..<4 { _ = try stage.start("w") }
            try stage.store.write { _ = try $0.setPaused(true, queue: "default") }
            #expect(try stage.poll("a") == nil)
            try stage.store.write { _ = try $0.setPaused(false, queue: "default") }
            let held = try stage.change { try $0.poll(RemoteType("a"), worker: nil, count: 4) }
            #expect(held.count == 2)
            #expect(try stage.poll("a") == nil)
            try stage.update(held[0])
            let next = try stage.poll("a")
            #expect(next != nil)
        }
    }

    @Test func `begins again under its id, and keeps the run before as history`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            try stage.work("a")
            try stage.change { try $0.restart(id) }
            #expect(try stage.tasks(id) == ["a SCHEDULED"])
            try stage.work("a")
            #expect(
                try stage.store.lines("SELECT id, state FROM run_history ORDER BY id") == [
                    "1|succeeded", "2|succeeded",
                ])
        }
    }

    @Test func `fails a task whose input is too large, and harms no other`() throws {
        try withStage { stage in
            try stage.define(
                #"{"name":"w","tasks":[{"name":"a","taskReferenceName":"a","inputParameters":{"x":"${workflow.input.x}${workflow.input.x}"}}]}"#
            )
            let id = try stage.start("w", input: #"{"x":"\#(String(repeating: "y", count: 600_000))"}"#)
            #expect(try stage.status(id) == "FAILED")
            let reason = try stage.workflow(id).text("reasonForIncompletion") ?? ""
            #expect(reason.contains("1048576"), "\(reason)")
        }
    }
}

@Suite struct `A worker's answer` {
    @Test func `that comes after an operator cancelled the job is taken and dropped`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","responseTimeoutSeconds":10}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            try stage.store.write { _ = try $0.cancel(JobID(1)) }
            try stage.update(task)
            #expect(try stage.tasks(id) == ["a CANCELED"])
            #expect(try stage.status(id) == "TERMINATED")
            stage.time.advance(by: 60_000)
            try stage.settle()
            let agenda = try stage.look { try $0.agenda() }
            #expect(!agenda.isDue)
        }
    }

    @Test func `that comes when its lease and its job have ended changes nothing`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"a","responseTimeoutSeconds":10,"retryCount":0}"#)
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            let id = try stage.start("w")
            let task = try stage.poll("a")
            stage.time.advance(by: 10_000)
            // A runner took it back, and no server has looked yet.
            try stage.store.write { _ = try $0.endLapsedLeases() }
            try stage.update(task)
            #expect(try stage.tasks(id) == ["a TIMED_OUT"])
            #expect(try stage.status(id) == "TIMED_OUT")
        }
    }
}

@Suite struct `Loops` {
    @Test func `without work in them give others their turn, and end`() throws {
        try withStage { stage in
            try stage.define(
                """
                {"name":"w","tasks":[{"name":"l","taskReferenceName":"l","type":"DO_WHILE",
                  "loopCondition":"$.l.iteration < 300",
                  "loopOver":[{"name":"s","taskReferenceName":"s","type":"SET_VARIABLE",
                               "inputParameters":{"n":"${l.iteration}"}}]}],
                 "outputParameters":{"n":"${workflow.variables.n}"}}
                """)
            let id = try stage.start("w")
            for _ in 0..<20 where try stage.look({ try $0.agenda() }).isDue { try stage.settle() }
            #expect(try stage.status(id) == "COMPLETED")
            #expect(try stage.workflow(id)["output"]?.text == #"{"n":300}"#)
        }
    }
}

@Suite struct `Tasks side by side` {
    private func start(_ tasks: String, in stage: ConductorStage) throws -> String {
        try stage.defineTask(#"{"name":"bad","retryCount":0}"#)
        return try stage.start("wide") { request in
            request.definition = JSONValue.stored("{\"name\":\"wide\",\"tasks\":[\(tasks)]}")
            request.isParallel = true
        }
    }

    @Test func `wait for what they read, and do not begin when that failed`() throws {
        try withStage { stage in
            let reading = { (name: String, other: String) in
                #"{"name":"\#(name)","taskReferenceName":"\#(name)","inputParameters":{"x":["n is ${\#(other).output.n}"]}}"#
            }
            let id = try start(
                "\(simple("a", "bad")),\(reading("b", "a")),\(reading("c", "bad")),\(reading("d", "c")),\(simple("e"))",
                in: stage)
            #expect(try stage.tasks(id) == ["a SCHEDULED", "bad SCHEDULED", "e SCHEDULED"])
            try stage.work("bad", "FAILED")
            try stage.work("e")
            try stage.work("a", output: #"{"n":3}"#)
            let task = try stage.poll("b")
            #expect(task?["inputData"]?["x"] == .list([.string("n is 3")]))
            try stage.update(task)
            #expect(try stage.status(id) == "FAILED")
            try stage.change { try $0.retry(id) }
            try stage.work("bad")
            try stage.work("c")
            try stage.work("d")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `wait for a JOIN and for an approval before them`() throws {
        try withStage { stage in
            let id = try start(
                """
                \(simple("a")),{"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[\(simple("x", "x2"))],
                [\(simple("y"))]]},{"name":"j","taskReferenceName":"j","type":"JOIN","joinOn":["x2","y"]},\(simple("b")),
                {"name":"h","taskReferenceName":"h","type":"HUMAN"},\(simple("c", "d"))
                """, in: stage)
            for name in ["x", "x2"] { try stage.work(name) }
            #expect(try stage.poll("b") == nil)
            try stage.work("y")
            try stage.work("b")
            #expect(try stage.poll("c") == nil)
            #expect(try !stage.tasks(id).contains("h IN_PROGRESS"), "the first task is open")
            try stage.work("a")
            try stage.change { try $0.signal(id, status: "COMPLETED", output: .object([:])) }
            try stage.work("d")
            try stage.work("c")
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `of a fork go on when one of its branches failed, and the end is not missed`() throws {
        try withStage { stage in
            let id = try start(
                """
                {"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[\(simple("bad", "x2"))],
                [\(simple("y", "y2"))]]},{"name":"j","taskReferenceName":"j","type":"JOIN","joinOn":["x2","y2"]},\(simple("b"))
                """, in: stage)
            try stage.work("bad", "FAILED")
            #expect(try stage.status(id) == "RUNNING")
            try stage.work("y")
            try stage.work("y2")
            #expect(try stage.status(id) == "FAILED")
            try stage.change { try $0.retry(id) }
            for name in ["bad", "x2", "b"] { try stage.work(name) }
            #expect(try stage.status(id) == "COMPLETED")
        }
    }

    @Test func `all end before their workflow does, whichever fail`() throws {
        try withStage { stage in
            try stage.defineTask(#"{"name":"t","retryCount":1,"retryDelaySeconds":0}"#)
            let tasks = (0..<20).map { #"{"name":"t","taskReferenceName":"t\#($0)","inputParameters":{"n":\#($0)}}"# }
            let text = #"{"name":"wide","tasks":[\#(tasks.joined(separator: ","))]}"#
            let id = try stage.start("wide") { request in
                request.definition = JSONValue.stored(text)
                request.isParallel = true
            }
            let first = try stage.change { try $0.poll(RemoteType("t"), worker: "w", count: 20) }
            #expect(first.count == 20)
            for (number, task) in first.enumerated() {
                try stage.update(task, number % 5 == 0 ? "FAILED" : "COMPLETED", output: #"{"n":\#(number)}"#)
                try stage.store.checkInvariants()
            }
            #expect(try stage.status(id) == "RUNNING")
            let second = try stage.change { try $0.poll(RemoteType("t"), worker: "w", count: 20) }
            #expect(second.map { $0["inputData"]?["n"]?.integer } == [0, 5, 10, 15])
            try stage.update(second[0], "FAILED")
            for task in second.dropFirst() { try stage.update(task) }
            #expect(try stage.status(id) == "FAILED")
            try stage.change { try $0.retry(id) }
            try stage.work("t", output: #"{"n":0}"#)
            #expect(try stage.status(id) == "COMPLETED")
            #expect(try stage.workflow(id)["output"]?["t7"]?.text == #"{"n":7}"#)
        }
    }
}
