import Glibc
import JSON
import TestSupport
import Testing

/// Workers of Conductor's API that end as their answer leaves. Their leases would end after an hour.
@Suite(.serialized) struct `An answer with a task` {
    private func poll(_ server: ServerProcess, for milliseconds: Int) -> String {
        "GET /api/tasks/poll/batch/t?workerid=w&count=1&timeout=\(milliseconds) HTTP/1.1\r\n"
            + "Host: 127.0.0.1:\(server.port)\r\n\r\n"
    }

    private func start(_ server: ServerProcess) -> String {
        let body = #"{"name":"w","tasks":[{"name":"t","taskReferenceName":"t","type":"SIMPLE"}]}"#
        return "POST /api/workflows HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func task(of server: ServerProcess, within milliseconds: Int) throws -> JSONValue? {
        try server.get("/api/tasks/poll/batch/t?workerid=next&count=1&timeout=\(milliseconds)").list?.first
    }

    @Test func `goes to another worker whenever the first one ends without having read it`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            var random = SystemRandomNumberGenerator()
            for _ in 0..<100 {
                var worker: ClientSocket? = try ClientSocket(port: server.port)
                try worker?.send(poll(server, for: 5_000))
                let starter = try ClientSocket(port: server.port)
                try starter.send(start(server))
                // Before the answer, with it or after it.
                let end = ContinuousClock.now + .microseconds(Int.random(in: 0...8_000, using: &random))
                while ContinuousClock.now < end { sched_yield() }
                worker = nil
                #expect(try starter.reply().status == 200)
                var found: JSONValue?
                try eventually("another worker has the task") {
                    found = try task(of: server, within: 1_000)
                    return found != nil
                }
                #expect(found?["workerId"] == .string("next"))
                #expect(found?["pollCount"] == .integer(1))
                let result = #"{"taskId":"\#(found?["taskId"]?.string ?? "")","status":"COMPLETED"}"#
                let update = try server.request(
                    "POST", "/api/tasks", body: result, headers: ["Content-Type: application/json"])
                #expect(update.status == 200)
            }
            let states = try host.lines("SELECT status, count(*) FROM task_history GROUP BY status")
            #expect(states == ["COMPLETED|100"])
            try host.checkInvariants()
            try server.stop()
        }
    }

    @Test func `stays with a worker that has read it and closes its connection`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let starter = try ClientSocket(port: server.port)
            try starter.send(start(server))
            #expect(try starter.reply().status == 200)
            for isLast in [false, true] {
                var worker: ClientSocket? = try ClientSocket(port: server.port)
                try worker?.send(poll(server, for: isLast ? 300 : 0))
                var text = ""
                while !text.contains(isLast ? "[]" : #""taskId""#) {
                    text += String(decoding: try #require(worker?.read()), as: UTF8.self)
                }
                worker = nil
            }
            #expect(try task(of: server, within: 500) == nil)
            #expect(try host.lines("SELECT status, worker_id FROM task_history") == ["IN_PROGRESS|w"])
            try server.stop()
        }
    }
}
