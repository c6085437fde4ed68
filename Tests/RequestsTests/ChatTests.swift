import JSON
import Testing
import Workflows

@testable import Requests

@Suite struct `A question to a model` {
    private func question(_ change: (inout ChatEndpoint) -> Void = { _ in }) -> ChatQuestion {
        var endpoint = ChatEndpoint(url: "http://localhost:1/v1/", model: "m")
        change(&endpoint)
        return ChatQuestion("why?", to: endpoint, agent: "researcher")
    }

    @Test func `is sent as chat completions`() throws {
        let schema = JSONValue.object(["type": .string("object")])
        let request = try ChatRequest(
            question {
                $0.system = "Be brief."
                $0.temperature = 0.5
                $0.maxTokens = 10
                $0.schema = schema
                $0.keyVariable = "KEY"
                $0.headers = ["x-org": "a ${ORG} b"]
            }, environment: ["KEY": "sk-1234", "ORG": "acme"])
        #expect(request.address.text == "http://localhost:1/v1/chat/completions")
        #expect(request.headers.first { $0.name == "Authorization" }?.value == "Bearer sk-1234")
        #expect(request.headers.first { $0.name == "x-org" }?.value == "a acme b")
        #expect(request.secrets == ["sk-1234"])
        let body = request.body
        #expect(body["messages"]?.list?.map { $0["role"] } == [.string("system"), .string("user")])
        #expect(body["messages"]?.list?.last?["content"] == .string("why?"))
        #expect(body["temperature"] == .decimal(0.5))
        #expect(body["max_tokens"] == .integer(10))
        #expect(body["stream"] == .bool(true))
        #expect(body["stream_options"]?["include_usage"] == .bool(true))
        #expect(body["response_format"]?["json_schema"]?["schema"] == schema)
        #expect(body["response_format"]?["json_schema"]?["strict"] == nil)
    }

    @Test func `is strict where its schema leaves nothing open`() throws {
        let schema = try JSONValue(
            parsing: """
                {"type": "object", "required": ["a"], "additionalProperties": false,
                 "properties": {"a": {"type": "array", "items": {"type": "string"}}}}
                """)
        let request = try ChatRequest(question { $0.schema = schema }, environment: [:])
        #expect(request.body["response_format"]?["json_schema"]?["strict"] == .bool(true))
    }

    @Test func `takes members that Weir does not know, and leaves out what it is told to`() throws {
        let request = try ChatRequest(
            question {
                $0.maxTokens = 5
                $0.extra = ["max_completion_tokens": .integer(5), "max_tokens": .null]
            }, environment: [:])
        #expect(request.body["max_completion_tokens"] == .integer(5))
        #expect(request.body["max_tokens"] == nil)
    }

    @Test func `names the variable that is missing, and nothing else`() {
        let fault = #expect(throws: RequestFault.self) {
            _ = try ChatRequest(question { $0.keyVariable = "NO_KEY" }, environment: ["KEY": "sk-1234"])
        }
        #expect(
            fault?.message
                == "the variable NO_KEY, which the agent 'researcher' needs, is not set in the environment of the runner"
        )
        #expect(fault?.isFinal == true)
    }

    @Test(arguments: [
        ("https://a/v1", "https://a/v1/chat/completions"), ("https://a", "https://a/chat/completions"),
        ("https://a/x/chat/completions", "https://a/x/chat/completions"),
        ("https://a/d/?api-version=2", "https://a/d/chat/completions?api-version=2"),
    ])
    func `goes to the path below the base`(base: String, address: String) {
        #expect(ChatRequest.address(base)?.text == address)
    }
}

@Suite struct `A model's answer` {
    private func piece(_ text: String) -> String { #"{"choices":[{"delta":{"content":"\#(text)"}}]}"# }

    @Test func `is put together from its pieces`() throws {
        var answer = ChatAnswer()
        for text in ["Hel", "lo"] { _ = try answer.take(event: piece(text)) }
        _ = try answer.take(event: #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#)
        _ = try answer.take(event: #"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#)
        _ = try answer.take(event: "[DONE]")
        #expect(try answer.result(form: nil, tokenLimit: nil) == .string("Hello"))
        #expect(answer.inputTokens == 3)
        #expect(answer.outputTokens == 2)
    }

    @Test(arguments: ["[1, 2]", " [1,2]\\n", "```json\\n[1, 2]\\n```"])
    func `that is JSON is taken as JSON`(text: String) throws {
        var answer = ChatAnswer()
        _ = try answer.take(event: piece(text))
        _ = try answer.take(event: "[DONE]")
        #expect(
            try answer.result(form: AnswerForm(.object([:])), tokenLimit: nil) == .list([.integer(1), .integer(2)]))
    }

    @Test(arguments: [
        (["x"], "the endpoint closed the stream in the middle of the answer, after 1 bytes", false),
        (
            ["{", "length"],
            "the answer was cut at the most tokens that it may have (7); raise 'max_tokens' of the agent", true
        ),
        (["no", "stop"], "the answer is not JSON, which the agent's 'schema' asks for", false),
        ([" ", "stop"], "the answer is empty (it ended with 'stop')", false),
    ])
    func `that is not whole fails, and says why`(events: [String], message: String, isFinal: Bool) throws {
        var answer = ChatAnswer()
        _ = try answer.take(event: piece(events[0]))
        if events.count > 1 {
            _ = try answer.take(event: #"{"choices":[{"delta":{},"finish_reason":"\#(events[1])"}]}"#)
        }
        let fault = #expect(throws: RequestFault.self) {
            _ = try answer.result(form: AnswerForm(.object([:])), tokenLimit: 7)
        }
        #expect(fault?.message == message)
        #expect(fault?.isFinal == isFinal)
    }

    @Test(arguments: [
        (#"{"score": "notint"}"#, "score is a text, and must be integer"),
        (#"{"tags": []}"#, "the answer has no 'score'"), ("[1]", "the answer is a list, and must be object"),
        (#"{"score": 1, "tags": ["a", 2]}"#, "tags[1] is a number, and must be string"),
        (#"{"score": 1, "more": 2}"#, "the answer has 'more', which is not asked for"),
        (#"{"score": 1, "mood": "sad"}"#, #"mood is none of ["calm","glad"]"#),
    ])
    func `that breaks its form fails, and says where`(text: String, fault: String) throws {
        let form = AnswerForm(
            try JSONValue(
                parsing: """
                    {"type": "object", "required": ["score"], "additionalProperties": false,
                     "properties": {"score": {"type": "integer"}, "mood": {"enum": ["calm", "glad"]},
                                    "tags": {"type": "array", "items": {"type": "string"}}}}
                    """))
        #expect(form.fault(of: try JSONValue(parsing: #"{"score": 1.0, "mood": "calm", "tags": ["a"]}"#)) == nil)
        var answer = ChatAnswer()
        try answer.take(
            body: Array(
                JSONValue.object(["choices": .list([.object(["message": .object(["content": .string(text)])])])]).text
                    .utf8))
        let thrown = #expect(throws: RequestFault.self) { _ = try answer.result(form: form, tokenLimit: nil) }
        #expect(thrown?.message == "the answer breaks the agent's 'schema': \(fault)")
        #expect(thrown?.isFinal == false)
    }

    @Test func `that breaks off tells what the endpoint said`() {
        var answer = ChatAnswer()
        let fault = #expect(throws: RequestFault.self) {
            _ = try answer.take(event: #"{"error":{"message":"overloaded"}}"#)
        }
        #expect(fault?.message == "the endpoint broke off: overloaded")
        #expect(throws: RequestFault.self) { _ = try answer.take(event: "{\"choices\": [") }
    }
}
