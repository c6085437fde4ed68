import Glibc
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct `The interface of a server` {
    @Test func `takes a batch whose jobs wait for one another, all or nothing`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let answer = try server.post(
                "/v1/jobs",
                #"""
                {"jobs": [{"name": "a", "command": "true"}, {"name": "b", "command": "true", "after": ["a"]},
                          {"command": "true", "after": ["b:finished", 1], "priority": 9, "pools": {"cpu": 1}}]}
                """#)
            #expect(answer["ids"] == .list([.integer(1), .integer(2), .integer(3)]))
            #expect(
                try host.lines("SELECT job_id, depends_on, condition FROM dependencies ORDER BY 1, 2")
                    == ["2|1|succeeded", "3|1|succeeded", "3|2|finished"])
            let faulty = try server.request(
                "POST", "/v1/jobs", body: #"{"jobs": [{"command": "true"}, {"command": "true", "priorty": 1}]}"#)
            #expect(faulty.status == 422)
            #expect(faulty.body.contains("jobs[1]: there is no 'priorty' of a job"))
            #expect(try host.number("SELECT count(*) FROM jobs") == 3)
            try server.stop()
        }
    }

    @Test func `stores a job once, however often a request is sent with one key`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            for _ in 0..<3 {
                let one = try server.post("/v1/jobs", #"{"command": "true"}"#, headers: ["Idempotency-Key: one"])
                #expect(one["id"] == .integer(1))
                let two = try server.post(
                    "/v1/jobs", #"{"jobs": [{"command": "true"}, {"command": "false"}]}"#,
                    headers: ["Idempotency-Key: two"])
                #expect(two["ids"] == .list([.integer(2), .integer(3)]))
            }
            let other = try server.request(
                "POST", "/v1/jobs", body: #"{"command": "false"}"#, headers: ["Idempotency-Key: one"])
            #expect(other.status == 409)
            for body in [
                #"{"jobs": [{"command": "true"}]}"#,
                #"{"jobs": [{"command": "true"}, {"command": "false"}, {"command": "true"}]}"#,
                #"{"jobs": [{"command": "true"}, {"command": "false", "priority": 9}]}"#,
            ] {
                let another = try server.request("POST", "/v1/jobs", body: body, headers: ["Idempotency-Key: two"])
                #expect(another.status == 409)
                #expect(!another.body.contains("--"))
            }
            #expect(try host.number("SELECT count(*) FROM jobs") == 3)
            try server.stop()
        }
    }

    @Test func `lists page by page, each job once, with filters`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let jobs = (0..<120).map { #"{"command": "true", "name": "\#($0 % 2 == 0 ? "even" : "odd")-\#($0)"}"# }
            try server.post("/v1/jobs", #"{"jobs": [\#(jobs.joined(separator: ","))]}"#)
            var seen: [Int] = []
            var next = ""
            repeat {
                let page = try server.get("/v1/jobs?limit=50\(next)")
                seen += page["jobs"]?.list?.compactMap { $0["id"]?.integer } ?? []
                next = page["next"]?.integer.map { "&before=\($0)" } ?? ""
            } while !next.isEmpty
            #expect(seen == Array((1...120).reversed()))
            let odd = try server.get("/v1/jobs?search=ODD-1&limit=500")
            #expect(odd["jobs"]?.list?.count == 16)
            try server.post("/v1/jobs/7/cancel")
            let cancelled = try server.get("/v1/jobs?state=cancelled,failed")
            #expect(cancelled["jobs"]?.list?.compactMap { $0["id"]?.integer } == [7])
            #expect(try server.request("GET", "/v1/jobs?state=done").status == 400)
            #expect(try server.request("GET", "/v1/jobs?limit=501").status == 400)
            #expect(try server.request("GET", "/v1/jobs?queue=nowhere").status == 404)
            #expect(try server.get("/v1/jobs?search=%25")["jobs"] == .list([]))
            try server.stop()
        }
    }

    @Test func `gives a log by ranges of bytes, and follows it to its end`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            try server.post(
                "/v1/jobs",
                #"{"shell": "echo 0123456789; while [ ! -e \#(host.folder)/go ]; do sleep 0.05; done; echo end >&2"}"#)
            let runner = try host.startRunner()
            try eventually("output") { try server.request("GET", "/v1/jobs/1/logs").body == "0123456789\n" }
            let follower = try ClientSocket(port: server.port)
            try follower.send(
                "GET /v1/jobs/1/logs?follow=true HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n\r\n"
            )
            try Files.write("", to: "\(host.folder)/go")
            #expect(try follower.reply().body == "0123456789\nend\n")
            let part = try server.request("GET", "/v1/jobs/1/logs", headers: ["Range: bytes=2-4"])
            #expect(part.status == 206)
            #expect(part.body == "234")
            #expect(part.header("Content-Range") == "bytes 2-4/15")
            #expect(try server.request("GET", "/v1/jobs/1/logs", headers: ["Range: bytes=-4"]).body == "end\n")
            #expect(try server.request("GET", "/v1/jobs/1/logs", headers: ["Range: bytes=15-"]).status == 416)
            #expect(try server.request("GET", "/v1/jobs/1/logs?attempt=2").status == 404)
            #expect(runner.isRunning)
            try server.stop()
        }
    }

    @Test func `follows a log over all attempts, or over the one that was asked for`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            try server.post(
                "/v1/jobs",
                #"{"shell": "echo $WEIR_ATTEMPT; [ $WEIR_ATTEMPT = 3 ] || exit 1", "retries": 2}"#)
            let follower = try ClientSocket(port: server.port)
            try follower.send(
                "GET /v1/jobs/1/logs?follow=true HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n\r\n"
            )
            try host.startRunner()
            #expect(try follower.reply().body == "1\n2\n3\n")
            #expect(try server.request("GET", "/v1/jobs/1/logs?follow=true&attempt=2").body == "2\n")
            try server.stop()
        }
    }

    @Test func `shows queries nothing that a workflow's environment has`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let secret =
                "name: s\nenv: {KEY: hunter2}\nsteps: [{id: a, config: {command: 'true', env: {OTHER: hunter3}}}]"
            try server.post("/v1/runs", JSONValue.object(["definition": .string(secret)]).text)
            for query in ["SELECT definition FROM runs", "SELECT template FROM jobs", "SELECT env FROM jobs"] {
                let answer = try server.request("POST", "/v1/sql", body: JSONValue.object(["sql": .string(query)]).text)
                #expect(answer.status == 422 || answer.status == 400 || answer.status == 403, "\(answer.status)")
                #expect(!answer.body.contains("hunter"))
            }
            try server.stop()
        }
    }

    @Test func `tells who pauses and resumes a run or a queue`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            try server.post("/v1/runs", JSONValue.object(["definition": .string(Self.workflow)]).text)
            let events = try EventReader(server)
            func until(_ text: String) throws {
                try events.wait(for: text)
                events.told = ""
            }
            try until("event: change")
            for verb in ["pause", "resume"] {
                try server.post("/v1/runs/1/\(verb)")
                try until(#""runs":[1]"#)
                try server.post("/v1/queues/default/\(verb)")
                try until(#""queues":["default"]"#)
            }
            let tasks = #"{"name": "w", "tasks": [{"name": "t", "taskReferenceName": "t", "type": "SIMPLE"}]}"#
            let id = try #require(try server.post("/api/workflows", tasks)["workflowId"]?.string)
            try until(#""runs":[2]"#)
            for path in ["/api/workflow/\(id)/pause", "/api/workflow/\(id)/resume"] {
                #expect(try server.request("PUT", path).status == 200)
                try until(#""runs":[2]"#)
            }
            try server.stop()
        }
    }

    @Test func `tells of what happens, and of what was missed since an event`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "2")
            let events = try EventReader(server)
            try events.wait(for: "event: change")
            let first = try #require(events.told.firstMatch(of: /id: (\S+)/)?.1)
            try server.post("/v1/jobs", #"{"command": "true"}"#)
            try events.wait(for: #""id":1,"run_id":null,"state":"succeeded""#)
            try server.stop()

            // Of another process on the same database.
            let again = try ServerProcess(host)
            try EventReader(again, after: first).wait(for: #""state":"succeeded""#)
            let strange = try again.request("GET", "/v1/events", headers: ["Last-Event-ID: 1-x"])
            #expect(strange.status == 400)
            try again.stop()
        }
    }

    @Test func `answers a SELECT and nothing else`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let answer = try server.post("/v1/sql", #"{"sql": "SELECT 1 AS one, 'a' AS text"}"#)
            #expect(answer["columns"] == .list([.string("one"), .string("text")]))
            #expect(answer["rows"] == .list([.list([.integer(1), .string("a")])]))
            for sql in ["DELETE FROM jobs", "SELECT 1; SELECT 2", "ATTACH 'x' AS y", "PRAGMA user_version = 1", ""] {
                let reply = try server.request("POST", "/v1/sql", body: #"{"sql": "\#(sql)"}"#)
                #expect(reply.status == 400, "\(sql)")
            }
            let endless = try server.request(
                "POST", "/v1/sql",
                body:
                    #"{"sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"}"#)
            #expect(endless.status == 400)
            try server.stop()
        }
    }

    @Test func `pauses a run and lets it go on`() throws {
        try withHost { host in
            try Files.write(Self.workflow, to: "\(host.folder)/two.yaml")
            try host.run("init", "--db", host.database)
            try host.run("run", "--detach", "two.yaml")
            let server = try ServerProcess(host)
            #expect(try server.post("/v1/runs/1/pause")["state"] == .string("paused"))
            #expect(try server.get("/v1/runs/1")["paused"] == .bool(true))
            let runner = try host.startRunner()
            try server.post("/v1/jobs", #"{"command": "true"}"#)
            try eventually("the other job") {
                try host.lines("SELECT state FROM jobs WHERE run_id IS NULL") == ["succeeded"]
            }
            #expect(try host.lines("SELECT DISTINCT state FROM jobs WHERE run_id = 1") == ["ready"])
            try host.checkInvariants()
            #expect(try server.post("/v1/runs/1/resume")["changed"] == .bool(true))
            try eventually("the run") { try host.lines("SELECT state FROM runs") == ["succeeded"] }
            let graph = try server.get("/v1/runs/1/graph")
            #expect(graph["jobs"]?.list?.count == 2)
            #expect(runner.isRunning)
            try server.stop()
        }
    }

    @Test func `keeps the trace of whoever asked, and passes it to jobs`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "1")
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            try server.post(
                "/v1/jobs", #"{"shell": "echo $TRACEPARENT"}"#,
                headers: ["traceparent: 00-\(trace)-00f067aa0ba902b7-01"])
            try server.post("/v1/jobs", #"{"shell": "echo $TRACEPARENT"}"#, headers: ["traceparent: nonsense"])
            try eventually("the jobs") { try host.isAllFinal() }
            #expect(try server.request("GET", "/v1/jobs/1/logs").body.hasPrefix("00-\(trace)-"))
            let own = try server.request("GET", "/v1/jobs/2/logs").body
            #expect(own.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-01\n/) != nil, "\(own)")
            try server.stop()
        }
    }

    @Test func `gives figures that Prometheus reads`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "3")
            try server.post("/v1/jobs", #"{"command": "true"}"#)
            try eventually("the job") { try host.isAllFinal() }
            try eventually("the figures of the attempt") {
                try server.request("GET", "/metrics").body.contains(#"weir_attempts_total{outcome="succeeded"} 1"#)
            }
            let text = try server.request("GET", "/metrics").body
            #expect(text.contains("weir_runner_slots{runner=\"1\"} 3"))
            #expect(text.contains(#"weir_requests_total{method="POST",route="/v1/jobs",status="201"} 1"#))
            let line = /(# (HELP|TYPE) .*)|([a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[0-9.e+-]+)/
            for text in text.split(separator: "\n") { #expect(text.wholeMatch(of: line) != nil, "\(text)") }
            try server.stop()
        }
    }
}

extension `The interface of a server` {
    @Test func `tells of people that a workflow of Conductor's waits for`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let started = try server.request(
                "POST", "/api/workflow",
                body: #"""
                    {"name": "ask", "workflowDef": {"name": "ask", "tasks": [
                      {"name": "h", "taskReferenceName": "h", "type": "HUMAN"}]}}
                    """#)
            #expect(started.status == 200)
            let waiting = try server.get("/v1/overview")["waiting"]?.list
            #expect(waiting?.count == 1)
            #expect(waiting?.first?["id"] == .null)
            #expect(waiting?.first?["run_id"] == .integer(1))
            #expect(waiting?.first?["key"] == .string("h"))
            let task = try #require(waiting?.first?["task"]?.string)
            let ended = try server.request(
                "POST", "/api/tasks",
                body: #"{"taskId": "\#(task)", "workflowInstanceId": "x", "status": "COMPLETED"}"#)
            #expect(ended.status == 200)
            #expect(try server.get("/v1/overview")["waiting"] == .list([]))
            try server.stop()
        }
    }

    @Test func `starts registered definitions by their names, as executions`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let registered = try server.request(
                "POST", "/api/metadata/workflow",
                body: #"""
                    {"name": "reg", "inputParameters": ["x"], "tasks": [
                      {"name": "a", "taskReferenceName": "a", "type": "SIMPLE", "inputParameters": {"x": "${workflow.input.x}"}},
                      {"name": "d", "taskReferenceName": "d", "type": "DYNAMIC", "dynamicTaskNameParam": "n"}]}
                    """#)
            #expect(registered.status == 200)
            let listed = try server.get("/v1/workflows")["workflows"]?.list?.first
            #expect(listed?["id"] == .string("reg"))
            #expect(listed?["inputs"]?.list?.first?["name"] == .string("x"))
            let body = #"{"workflow": "reg", "inputs": {"x": 4}}"#
            for _ in 0..<2 {
                let run = try server.post("/v1/runs", body, headers: ["Idempotency-Key: one"])
                #expect(run["id"] == .integer(1))
                #expect(run["state"] == .string("running"))
            }
            let other = try server.request(
                "POST", "/v1/runs", body: #"{"workflow": "reg"}"#, headers: ["Idempotency-Key: one"])
            #expect(other.status == 409)
            let inline = try server.request(
                "POST", "/v1/runs", body: JSONValue.object(["definition": .string(Self.workflow)]).text,
                headers: ["Idempotency-Key: one"])
            #expect(inline.status == 409)
            #expect(try server.get("/api/tasks/poll/a")["inputData"]?["x"] == .integer(4))
            let limited = try server.request("POST", "/v1/runs", body: #"{"workflow": "reg", "max_concurrency": 2}"#)
            #expect(limited.status == 422)
            let again = try server.request("POST", "/v1/runs/1/rerun", body: "{}")
            #expect(again.status == 409, "\(again.body)")
            try server.stop()
        }
    }

    private static let workflow = """
        name: two
        steps:
          - id: a
            config: {command: echo, args: [a]}
          - id: b
            config: {command: echo, args: [b]}

        """

    /// Paths and bodies by route. A route that is not here answers with a stream, or needs more than a test of shapes has.
    private static let requests = #"""
        {"GET /v1/jobs": ["/v1/jobs", null], "GET /v1/jobs/{id}": ["/v1/jobs/1", null],
         "POST /v1/jobs": ["/v1/jobs", {"command": "false", "retries": 0}],
         "POST /v1/jobs/{id}/cancel": ["/v1/jobs/4/cancel", {}], "POST /v1/jobs/{id}/retry": ["/v1/jobs/4/retry", {}],
         "GET /v1/jobs/{id}/logs": ["/v1/jobs/1/logs", null],
         "GET /v1/runs": ["/v1/runs", null], "GET /v1/runs/{id}": ["/v1/runs/1", null],
         "GET /v1/runs/{id}/graph": ["/v1/runs/1/graph", null],
         "POST /v1/runs/{id}/pause": ["/v1/runs/1/pause", {}], "POST /v1/runs/{id}/resume": ["/v1/runs/1/resume", {}],
         "POST /v1/runs/{id}/rerun": ["/v1/runs/1/rerun", {}],
         "POST /v1/runs/{id}/cancel": ["/v1/runs/1/cancel", {}],
         "GET /v1/overview": ["/v1/overview", null], "GET /v1/stats": ["/v1/stats?minutes=60", null],
         "GET /v1/workflows": ["/v1/workflows", null],
         "GET /v1/queues": ["/v1/queues", null], "POST /v1/queues/{name}/pause": ["/v1/queues/default/pause", {}],
         "POST /v1/queues/{name}/resume": ["/v1/queues/default/resume", {}],
         "GET /v1/pools": ["/v1/pools", null], "PUT /v1/pools/{name}": ["/v1/pools/p", {"capacity": 3}],
         "GET /v1/runners": ["/v1/runners", null], "GET /v1/schedules": ["/v1/schedules", null],
         "GET /v1/schedules/{name}": ["/v1/schedules/s", null],
         "POST /v1/schedules/{name}/pause": ["/v1/schedules/s/pause", {}],
         "POST /v1/schedules/{name}/resume": ["/v1/schedules/s/resume", {}],
         "POST /v1/schedules/{name}/run": ["/v1/schedules/s/run", {}],
         "POST /v1/sql": ["/v1/sql", {"sql": "SELECT 1"}]}
        """#

    @Test func `is as its own description says`() throws {
        try withHost { host in
            try Files.write(Self.workflow, to: "\(host.folder)/two.yaml")
            try host.run("run", "two.yaml")
            try host.run("enqueue", "--", "true")
            try host.run("enqueue", "--in", "1h", "--", "true")
            try host.run("schedule", "add", "s", "--cron", "0 3 * * *", "--", "true")
            let server = try ServerProcess(host)
            let folder = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
            let client = try TestProcess(
                ["python3", "\(folder)/Server/openapi.py", "http://127.0.0.1:\(server.port)", Self.requests],
                in: host.folder)
            #expect(try client.wait().exitCode == 0, "\(client.error)")
            #expect(client.output.hasPrefix("28 of"), "\(client.output)")
            try host.checkInvariants()
            try server.stop()
        }
    }
}

/// A client that follows events.
private final class EventReader {
    /// What has come and was not forgotten.
    var told = ""
    private let socket: ClientSocket

    /// - Parameter last: the id of the last event that was seen; empty: none was.
    init(_ server: ServerProcess, after last: Substring = "") throws {
        socket = try ClientSocket(port: server.port)
        try socket.send(
            "GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nLast-Event-ID: \(last)\r\n\r\n")
    }

    func wait(for text: String) throws {
        while !told.contains(text) {
            guard let bytes = socket.read(), !bytes.isEmpty else { throw TestFailure("no '\(text)' in \(told)") }
            told += String(decoding: bytes, as: UTF8.self)
        }
    }
}
