import AsyncHTTPClient
import Engine
import Glibc
import JSON
import NIOCore
import NIOHTTP1
import Workflows

/// One question to a model.
struct ChatTask: Sendable {
    private let question: ChatQuestion
    /// Milliseconds.
    private let limit: Int

    init(_ question: ChatQuestion, limit: Int) {
        self.question = question
        self.limit = limit
    }

    func run(_ context: TaskContext) async -> TaskOutcome {
        let request: ChatRequest
        do {
            request = try ChatRequest(question, environment: context.environment)
        } catch {
            return RequestFault(error, origin: "the endpoint", limit: limit).outcome
        }
        let secrets = SecretFilter(request.secrets)
        var answer = ChatAnswer()
        var outcome: TaskOutcome
        do {
            try await ask(request, secrets, into: &answer) { context.write($0) }
            let endpoint = question.endpoint
            let value = try answer.result(form: endpoint.schema.map(AnswerForm.init), tokenLimit: endpoint.maxTokens)
            outcome = TaskOutcome(.succeeded(result: secrets.clean(value.text)))
        } catch {
            let fault = RequestFault(error, origin: request.address.origin, limit: limit)
            outcome =
                RequestFault(
                    secrets.clean(fault.message), isFinal: fault.isFinal, retryAfter: fault.retryAfter
                ).outcome
        }
        outcome.inputTokens = answer.inputTokens
        outcome.outputTokens = answer.outputTokens
        return outcome
    }

    private func ask(
        _ request: ChatRequest, _ secrets: SecretFilter, into answer: inout ChatAnswer, log: (String) -> Void
    ) async throws {
        let deadline = NIODeadline.now() + .milliseconds(Int64(limit))
        let response = try await Client.send(request.request, by: deadline)
        guard response.status.code == 200 else { throw try await fault(response) }
        var filter = secrets
        defer { log(filter.finish() + (answer.text.isEmpty || answer.text.hasSuffix("\n") ? "" : "\n")) }
        let type = response.headers.first(name: "content-type")?.lowercased() ?? ""
        guard type.hasPrefix("text/event-stream") else {
            guard let body = try await response.bytes(atMost: RequestLimits.event) else {
                throw RequestFault("the answer has more than \(RequestLimits.event >> 20) MiB", isFinal: true)
            }
            try answer.take(body: body)
            return log(filter.pass(answer.text))
        }
        try await follow(response, into: &answer) { log(filter.pass($0)) }
    }

    private func follow(
        _ response: HTTPClientResponse, into answer: inout ChatAnswer, log: (String) -> Void
    ) async throws {
        var stream = EventStream()
        var count = 0
        for try await piece in response.body {
            count += piece.readableBytes
            guard count <= RequestLimits.stream else {
                throw RequestFault("the stream has more than \(RequestLimits.stream >> 20) MiB", isFinal: true)
            }
            let events: [String]
            do {
                events = try stream.take(piece.readableBytesView)
            } catch {
                throw RequestFault("an event of the stream has more than \(RequestLimits.event >> 20) MiB")
            }
            for event in events where !answer.isDone { log(try answer.take(event: event)) }
            // What a server does after its last word is nobody's concern.
            if answer.isDone { return }
        }
        if let last = stream.finish() { log(try answer.take(event: last)) }
    }

    /// Any status but 200.
    private func fault(_ response: HTTPClientResponse) async throws -> RequestFault {
        let status = Int(response.status.code)
        guard !(300..<400).contains(status) else {
            return RequestFault("the endpoint answers \(status), a redirect: give its own address", isFinal: true)
        }
        let body = try? await response.bytes(atMost: RequestLimits.fault)
        let said = body.flatMap { $0 }.flatMap { try? JSONValue(parsing: $0) }.flatMap { ChatAnswer.message(of: $0) }
        return RequestFault(
            "the endpoint answers \(status) \(response.status.reasonPhrase)" + (said.map { ": \($0)" } ?? ""),
            isFinal: StatusJudgement.isFinal(status),
            retryAfter: RetryAfter.milliseconds(response.headers.first(name: "retry-after"), now: time(nil)))
    }
}
