import JSON
import Jobs
import SQLite
import Testing

@testable import Server

@Suite struct `What a client sends` {
    @Test(arguments: [
        ("bytes=0-9", ByteRange.part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-10", .part(90..<100)),
        ("bytes=-1000", .part(0..<100)), ("bytes=50-5000", .part(50..<100)), ("bytes=100-", .none), ("bytes=-0", .none),
        ("bytes=9-0", .whole), ("bytes=-", .whole), ("lines=1-2", .whole), ("bytes=1-2,4-5", .whole),
        ("bytes=99999999999999999999-", .whole),
    ])
    func `asks for a range of bytes`(text: String, expected: ByteRange) {
        #expect(ByteRange.parse(text, of: 100) == expected)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:01Z", 1_000), ("2030-01-31T08:00:00.25Z", 1_896_076_800_250),
        ("2024-02-29T00:00Z", 1_709_164_800_000),
        ("2023-02-29T00:00:00Z", nil), ("2030-13-01T00:00:00Z", nil), ("2030-01-31", nil), ("tomorrow", nil), ("", nil),
    ])
    func `names a moment`(text: String, expected: Int?) {
        #expect(MomentText.parse(text)?.rawValue == expected)
    }

    @Test func `becomes a job`() throws {
        let reader = JobReader(now: Timestamp(1_000), isKeyed: false)
        let spec = try #require(
            try reader.specs(
                in: JSONValue(
                    parsing: #"""
                        {"command": "convert", "args": ["a", 5], "name": "n", "queue": "q", "priority": 9, "retries": 0,
                         "timeout_ms": 5, "delay_ms": 500, "pools": {"gpu": 2}, "env": {"A": "b"}, "cwd": "/tmp",
                         "stdin": "in", "after": [7, "8:failed"], "key": "k", "key_scope": "forever"}
                        """#)
            ).first)
        #expect(spec.arguments == ["a", "5"])
        #expect((spec.queue, spec.priority, spec.retries, spec.timeout) == ("q", 9, 0, 5))
        #expect(spec.runAt == Timestamp(1_500))
        #expect(spec.pools == ["gpu": 2])
        #expect(spec.dependencies == [.init(.stored(JobID(7))), .init(.stored(JobID(8)), .failed)])
        #expect(spec.key == UniqueKey("k", scope: .forever))
    }

    @Test(arguments: [
        (#"{}"#, "give either 'command', 'shell' or 'type'"),
        (#"{"command": "a", "shell": "b"}"#, "give either"),
        (#"{"command": ""}"#, "the command is empty"),
        (#"{"command": "a", "priority": 100}"#, "'priority' must be a whole number from 0 to 99"),
        (#"{"command": "a", "pools": {"gpu": 0}}"#, "an amount is a whole number from 1"),
        (#"{"command": "a", "cwd": "../x"}"#, "must be an absolute path"),
        (#"{"command": "a\u0000b"}"#, "has a null character"),
        (#"{"type": "a b"}"#, "'type' must be a name"),
        (#"{"command": "a", "queue": "a,b"}"#, "'queue' must be a name without a comma"),
        (#"{"type": "a", "args": []}"#, "has 'data', not 'args'"),
        (#"{"command": "a", "after": ["x"]}"#, "no job of the batch has this name"),
        (#"{"command": "a", "run_at": "soon"}"#, "'run_at' must be milliseconds"),
        (#"{"jobs": []}"#, "'jobs' must be a list of 1 to"),
        (#"{"jobs": [{"command": "a"}, 5]}"#, "jobs[1] must be an object"),
        (#"[]"#, "the body must be an object"),
    ])
    func `is refused with what is wrong and where`(text: String, expected: String) throws {
        let body = try JSONValue(parsing: text)
        #expect {
            try JobReader(now: Timestamp(0), isKeyed: false).specs(in: body)
        } throws: { error in
            (error as? Problem)?.detail.contains(expected) ?? false
        }
    }
}

@Suite struct `A job that could not start` {
    @Test func `is refused at once, also when its arguments are too long only together`() throws {
        let arguments = Array(repeating: JSONValue.string(String(repeating: "x", count: 100_000)), count: 90)
        for body: JSONValue in [
            .object(["command": .string("a"), "args": .list(arguments)]),
            .object(["shell": .string(String(repeating: "x", count: 131_072))]),
        ] {
            #expect(throws: Problem.self) { try JobReader(now: Timestamp(0), isKeyed: false).specs(in: body) }
        }
    }

    @Test func `is refused with a key where the whole request has one`() throws {
        let body = JSONValue.object(["command": .string("a"), "key": .string("k")])
        #expect(throws: Problem.self) { try JobReader(now: Timestamp(0), isKeyed: true).specs(in: body) }
    }
}

@Suite struct `A list as JSON` {
    @Test func `says the same as its rows one by one`() throws {
        let table = Table(
            columns: ["name", "id", "share", "note"],
            rows: [
                [.text("a \"quoted\" \\ name\n\u{1}\u{7F}ü"), .integer(.max), .real(0.5), .null],
                [.text(""), .integer(-1), .real(3), .blob([0x41, 0xFF])],
            ])
        var bytes: [UInt8] = []
        table.appendObjects(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == JSONValue.list(table.objects()).text)
        bytes = []
        Table(columns: ["id"]).appendObjects(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "[]")
    }
}
