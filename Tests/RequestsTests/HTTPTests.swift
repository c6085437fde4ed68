import JSON
import Testing
import Workflows

@testable import Requests

@Suite struct `A request` {
    private func message(_ url: String, method: String = "GET", headers: [String: String] = [:]) throws -> HTTPMessage {
        var call = HTTPCall(url: Template(plain: url))
        call.method = method
        call.headers = headers.mapValues { Template(plain: $0) }
        if method == "POST" { call.body = .value(.object(["a": .integer(1)])) }
        return try HTTPMessage(call, to: try #require(Address(url)), traceParent: Self.trace)
    }

    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-0001000000000007-01"

    private func value(_ name: String, _ message: HTTPMessage) -> String? {
        message.headers.first { $0.name == name }?.value
    }

    @Test func `has a user and a password as a header`() throws {
        let message = try message("http://me:p%40ss@host/x#part")
        #expect(message.address.text == "http://host/x")
        #expect(value("Authorization", message) == "Basic bWU6cEBzcw==")
    }

    @Test func `says its trace, unless it brings one`() throws {
        #expect(value("traceparent", try message("http://h/")) == Self.trace)
        let own = try message("http://h/", headers: ["TraceParent": "x"])
        #expect(value("TraceParent", own) == "x" && value("traceparent", own) == nil)
    }

    @Test func `follows a redirect as browsers do`() throws {
        var post = try message("http://h/a/b", method: "POST", headers: ["Authorization": "x", "X-A": "1"])
        #expect(value("Content-Type", post) == "application/json")
        try post.follow("../c?d=1", status: 302)
        #expect(post.address.text == "http://h/c?d=1")
        #expect(post.method == "GET")
        #expect(post.body == nil)
        #expect(value("Content-Type", post) == nil)
        #expect(value("Authorization", post) == "x")
        var kept = try message("http://h/a", method: "POST")
        try kept.follow("/z", status: 307)
        #expect(kept.method == "POST")
        #expect(kept.body != nil)
    }

    @Test func `keeps its keys to the host that they are for`() throws {
        var message = try message(
            "http://h/a", headers: ["Authorization": "x", "X-Api-Key": "k", "Cookie": "c", "X-A": "1"])
        try message.follow("http://h:81/b", status: 302)
        #expect(value("Authorization", message) == nil)
        #expect(value("X-Api-Key", message) == nil)
        #expect(value("Cookie", message) == nil)
        #expect(value("X-A", message) == "1")
    }

    @Test(arguments: ["https://h/", "ftp://h/", "file:///etc/passwd", "javascript:1"])
    func `is not led to another scheme`(location: String) throws {
        var message = try message("http://h/a")
        let fault = #expect(throws: RequestFault.self) { try message.follow(location, status: 302) }
        #expect(fault?.isFinal == true)
    }

    @Test func `shows no key of its address`() {
        #expect(Address("http://u:p@h/a?api_key=1&b=2")?.shown == "http://h/a?api_key=...&b=2")
        #expect(Address("http://u:p@h:8/a?api_key=1")?.origin == "http://h:8")
    }

    @Test(arguments: ["", "h/a", "ftp://h", "http://", "http:///a", "unix://x", "http+unix://%2Ftmp/a"])
    func `goes to addresses of HTTP only`(text: String) {
        #expect(Address(text) == nil)
    }

    @Test(
        arguments: [
            ("3", 3000), (" 0.5 ", 500), ("Sun, 06 Nov 1994 08:49:37 GMT", 7000), ("-1", nil), ("soon", nil), ("", nil),
            ("1e9", 86_400_000), ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ] as [(String, Int?)])
    func `waits as long as it is told`(text: String, milliseconds: Int?) {
        #expect(RetryAfter.milliseconds(text, now: 784_111_770) == milliseconds)
    }
}

@Suite struct `A secret` {
    @Test(arguments: [1, 2, 3, 5, 100])
    func `is kept out of a text that comes in pieces`(size: Int) {
        var filter = SecretFilter(["sk-secret", "abcdefgh", "abc"])
        let text = "a sk-secret b sk-secre sk-sk-secret abcdefgh abc sk-s"
        var shown = ""
        var rest = text[...]
        while !rest.isEmpty {
            shown += filter.pass(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        shown += filter.finish()
        #expect(shown == "a [secret] b sk-secre sk-[secret] [secret] abc sk-s")
    }

    @Test func `in base 64 is as headers have it`() {
        #expect(
            ["", "f", "fo", "foo", "foob"].map { Base64.encode(Array($0.utf8)) } == [
                "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==",
            ])
    }
}
