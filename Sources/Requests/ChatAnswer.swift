import Engine
import JSON

/// A model's answer, put together from what an endpoint sends: whole, or in pieces.
struct ChatAnswer {
    private(set) var text = ""
    private(set) var finishReason: String?
    private(set) var inputTokens: Int?
    private(set) var outputTokens: Int?
    private(set) var refusal = ""
    private(set) var isDone = false

    /// One event of a stream.
    ///
    /// - Returns: what it adds to the text.
    /// - Throws: a `RequestFault` for what is no piece of an answer.
    mutating func take(event: String) throws -> String {
        if event.trimmed == "[DONE]" {
            isDone = true
            return ""
        }
        guard let chunk = try? JSONValue(parsing: event) else {
            throw RequestFault("the endpoint sent what is not JSON in its stream")
        }
        return try take(chunk, in: "delta")
    }

    /// An answer in one piece.
    mutating func take(body: [UInt8]) throws {
        guard let value = try? JSONValue(parsing: body), value.object != nil else {
            throw RequestFault("the endpoint's answer is not JSON")
        }
        _ = try take(value, in: "message")
        guard value["choices"]?.list?.isEmpty == false else {
            throw RequestFault("the endpoint's answer has no 'choices'; does it speak chat completions?")
        }
        isDone = true
    }

    private mutating func take(_ value: JSONValue, in member: String) throws -> String {
        if let error = value["error"], error != .null {
            throw RequestFault("the endpoint broke off: \(Self.message(of: error) ?? "it does not say why")")
        }
        inputTokens = value["usage"]?["prompt_tokens"]?.integer ?? inputTokens
        outputTokens = value["usage"]?["completion_tokens"]?.integer ?? outputTokens
        guard let choice = value["choices"]?.list?.first else { return "" }
        finishReason = choice["finish_reason"]?.string ?? finishReason
        refusal += choice[member]?["refusal"]?.string ?? ""
        let piece = choice[member]?["content"]?.string ?? ""
        guard text.utf8.count + piece.utf8.count <= RequestLimits.answer else {
            throw RequestFault("the answer has more than \(RequestLimits.answer >> 20) MiB", isFinal: true)
        }
        text += piece
        return piece
    }

    /// What an endpoint says of an error, cut to a line's length.
    static func message(of error: JSONValue) -> String? {
        let text =
            error["message"]?.string ?? error["error"]?["message"]?.string ?? error.string
            ?? error["error"]?.string ?? error["detail"]?.string
        guard let text = text?.trimmed, !text.isEmpty else { return nil }
        return text.count > 500 ? "\(text.prefix(500))…" : text
    }

    /// The answer as JSON text, once all of it is there.
    ///
    /// - Parameter form: what was asked for, which any JSON that it has must keep to.
    /// - Throws: a `RequestFault` for what is no whole answer.
    func result(form: AnswerForm?, tokenLimit: Int?) throws -> JSONValue {
        guard isDone || finishReason != nil else {
            throw RequestFault(
                "the endpoint closed the stream in the middle of the answer, after \(text.utf8.count) bytes")
        }
        switch finishReason {
        case "length":
            let limit = tokenLimit.map { " (\($0))" } ?? ""
            throw RequestFault(
                "the answer was cut at the most tokens that it may have\(limit); raise 'max_tokens' of the agent",
                isFinal: true)
        case "content_filter": throw RequestFault("the endpoint's content filter held the answer back", isFinal: true)
        default: break
        }
        guard refusal.isEmpty else { throw RequestFault("the model refused: \(refusal.prefix(500))", isFinal: true) }
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw RequestFault("the answer is empty" + (finishReason.map { " (it ended with '\($0)')" } ?? ""))
        }
        let value = AnswerText.json(text)
        guard let form else { return value ?? .string(text) }
        guard let value else { throw RequestFault("the answer is not JSON, which the agent's 'schema' asks for") }
        if let fault = form.fault(of: value) {
            throw RequestFault("the answer breaks the agent's 'schema': \(fault)")
        }
        return value
    }
}
