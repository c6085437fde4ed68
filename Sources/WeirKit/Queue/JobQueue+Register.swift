import Engine
import Jobs

extension JobQueue {
    /// Has `handler` execute the jobs of a type, in the runners of this queue that start from now on.
    ///
    /// The handler's task is cancelled when the job's time is over, when somebody cancels the job, and when the runner is
    /// shut down; a handler that does not heed that keeps its slot until it returns. What it throws fails the attempt, and
    /// another follows while retries are left; ``JobFailure`` says more than that. A payload that does not fit
    /// `Payload` fails the job for good.
    ///
    /// A job may be begun more than once, as after a crash: make handlers idempotent.
    ///
    /// - Parameters:
    ///   - type: a name of at most 128 letters, digits and `. _ - : /`.
    ///   - handler: takes the payload and what there is to know of the job, and returns the job's result, of at most 1 MiB
    ///     as JSON.
    /// - Throws: a ``WeirError`` when the type is registered already, is no name, or a runner has started.
    public func register<Payload: Decodable & Sendable, Value: Encodable & Sendable>(
        _ type: String, handler: @escaping @Sendable (_ job: Payload, _ context: JobContext) async throws -> Value
    ) throws {
        try add(type) { payload, context in
            let value = try await handler(payload, context)
            return try JSONCoding.encode(value, what: "the result of job \(context.job)")
        }
    }

    /// The same for a handler that returns nothing.
    ///
    /// - Throws: a ``WeirError`` when the type is registered already, is no name, or a runner has started.
    public func register<Payload: Decodable & Sendable>(
        _ type: String, handler: @escaping @Sendable (_ job: Payload, _ context: JobContext) async throws -> Void
    ) throws {
        try add(type) { payload, context in
            try await handler(payload, context)
            return nil
        }
    }

    /// The types that are registered here, in the order of the alphabet.
    public var registeredTypes: [String] { registry.types }

    private func add<Payload: Decodable & Sendable>(
        _ type: String, _ handler: @escaping @Sendable (Payload, JobContext) async throws -> String?
    ) throws {
        try TypeName.require(type)
        try registry.add(type) { [weak self] task in
            guard let self else { return TaskOutcome(.failed("the queue of the program is gone")) }
            return await HandlerCall(type: type, queue: self, handler: handler).execute(task)
        }
    }
}

/// One attempt of a job by a handler.
struct HandlerCall<Payload: Decodable & Sendable>: Sendable {
    let type: String
    let queue: JobQueue
    let handler: @Sendable (Payload, JobContext) async throws -> String?

    func execute(_ task: TaskContext) async -> TaskOutcome {
        let payload: Payload
        do {
            payload = try JSONCoding.decode(Payload.self, from: task.data ?? "null") {
                "the data of job \(task.job) do not fit '\(type)': \($0)"
            }
        } catch {
            var outcome = TaskOutcome(.failed("\(error)"))
            outcome.isFinal = true
            return outcome
        }
        do {
            let result = try await handler(payload, JobContext(task, queue: queue))
            return Self.outcome(ofResult: result)
        } catch let failure as JobFailure {
            var outcome = TaskOutcome(.failed(failure.message))
            outcome.isFinal = failure.isFinal
            outcome.retryAfter = failure.retryAfter.map(\.roundedMilliseconds)
            return outcome
        } catch is CancellationError {
            return TaskOutcome(.failed("the handler was cancelled"))
        } catch {
            return TaskOutcome(.failed(Self.text(of: error)))
        }
    }

    private static func outcome(ofResult result: String?) -> TaskOutcome {
        let bytes = result?.utf8.count ?? 0
        guard bytes <= JobStore.resultLimit else {
            var outcome = TaskOutcome(
                .failed("the result has \(bytes) bytes; \(JobStore.resultLimit) is the most: leave its place instead"))
            outcome.isFinal = true
            return outcome
        }
        return TaskOutcome(.succeeded(result: result))
    }

    /// What is stored with the job: bounded, since an error may describe anything.
    private static func text(of error: any Error) -> String {
        let text = String(describing: error)
        let bound = 4_096
        return text.utf8.count <= bound ? text : String(text.prefix(bound)) + "…"
    }
}
