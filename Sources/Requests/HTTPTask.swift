import AsyncHTTPClient
import Engine
import Glibc
import JSON
import NIOCore
import NIOHTTP1
import Workflows

/// One request of a step, with its redirects.
struct HTTPTask: Sendable {
    private let call: HTTPCall
    /// Milliseconds.
    private let limit: Int

    init(_ call: HTTPCall, limit: Int) {
        self.call = call
        self.limit = limit
    }

    func run(_ context: TaskContext) async -> TaskOutcome {
        guard let address = Address(call.url.plainText ?? "") else {
            return RequestFault("the url is no address that begins with http:// or https://", isFinal: true).outcome
        }
        do {
            let answer = try await answer(from: address, traceParent: context.traceParent)
            context.write(answer.head)
            context.write(answer.body)
            return judge(answer)
        } catch {
            return RequestFault(error, origin: address.origin, limit: limit).outcome
        }
    }

    private func judge(_ answer: HTTPAnswer) -> TaskOutcome {
        let result = answer.value.text
        let isExpected =
            call.expectedStatuses.isEmpty
            ? (200..<300).contains(answer.status) : call.expectedStatuses.contains(answer.status)
        guard !isExpected else { return TaskOutcome(.succeeded(result: result)) }
        var outcome = TaskOutcome(.failed("the answer is \(answer.status)"))
        outcome.isFinal = StatusJudgement.isFinal(answer.status)
        let wait = answer.headers.first { $0.name.lowercased() == "retry-after" }
        outcome.retryAfter = RetryAfter.milliseconds(wait?.value, now: time(nil))
        outcome.result = result
        return outcome
    }

    private func answer(from first: Address, traceParent: String) async throws -> HTTPAnswer {
        let deadline = NIODeadline.now() + .milliseconds(Int64(limit))
        var message = try HTTPMessage(call, to: first, traceParent: traceParent)
        var redirects = 0
        while true {
            let response = try await Client.send(message.request, by: deadline)
            let status = Int(response.status.code)
            if let location = redirect(status, response) {
                redirects += 1
                guard redirects <= RequestLimits.redirects else {
                    throw RequestFault("more than \(RequestLimits.redirects) redirects", isFinal: true)
                }
                try message.follow(location, status: status)
                continue
            }
            guard let body = try await response.bytes(atMost: RequestLimits.answer, isHead: message.method == "HEAD")
            else {
                throw RequestFault(
                    "the answer (\(status)) has more than \(RequestLimits.answer >> 20) MiB", isFinal: true)
            }
            return HTTPAnswer(
                status: status, reason: response.status.reasonPhrase,
                headers: response.headers.map { ($0.name, $0.value) }, body: body)
        }
    }

    private func redirect(_ status: Int, _ response: HTTPClientResponse) -> String? {
        guard [301, 302, 303, 307, 308].contains(status), !call.expectedStatuses.contains(status) else { return nil }
        return response.headers.first(name: "location")
    }
}

/// What is sent, and changes with each redirect.
struct HTTPMessage {
    private(set) var address: Address
    private(set) var method: String
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8]?

    /// - Parameter traceParent: so that what the server does is found beside what asked for it.
    /// - Throws: a `RequestFault` for what cannot be sent.
    init(_ call: HTTPCall, to address: Address, traceParent: String) throws {
        self.address = address
        method = call.method
        for (name, value) in call.headers.sorted(by: { $0.key < $1.key }) {
            let value = value.plainText ?? ""
            guard !value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F }) else {
                throw RequestFault("the header '\(name)' has a control character", isFinal: true)
            }
            headers.append((name, value))
        }
        if let value = call.body?.plainValue {
            body = Array((value.string ?? value.text).utf8)
            addHeader("Content-Type", value.string == nil ? "application/json" : "text/plain; charset=utf-8")
        }
        if let credentials = address.credentials {
            addHeader("Authorization", "Basic \(Base64.encode(Array(credentials.utf8)))")
        }
        addHeader("User-Agent", "weir")
        addHeader("Accept", "*/*")
        addHeader("traceparent", traceParent)
    }

    /// Unless the step says otherwise.
    private mutating func addHeader(_ name: String, _ value: String) {
        guard !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) else { return }
        headers.append((name, value))
    }

    /// - Throws: a `RequestFault` for a redirect to another scheme.
    mutating func follow(_ location: String, status: Int) throws {
        guard !address.leavesScheme(location), let next = address.following(location) else {
            throw RequestFault(
                "\(address.origin) redirects to what has another scheme, which is not followed", isFinal: true)
        }
        if !next.isSameOrigin(as: address) { headers.removeAll { Self.isSecret($0.name) } }
        address = next
        let becomesGet = status == 303 ? method != "HEAD" : [301, 302].contains(status) && method == "POST"
        guard becomesGet else { return }
        method = "GET"
        body = nil
        headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
    }

    /// What is meant for the first host alone.
    private static func isSecret(_ header: String) -> Bool {
        let name = header.lowercased()
        return ["authorization", "cookie", "key", "token", "secret"].contains { name.contains($0) }
    }

    var request: HTTPClientRequest {
        var request = HTTPClientRequest(url: address.text)
        request.method = HTTPMethod(rawValue: method)
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        if let body { request.body = .bytes(body) }
        return request
    }
}
