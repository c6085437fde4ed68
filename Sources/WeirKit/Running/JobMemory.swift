import Engine
import Jobs

/// What jobs leave for one another under names: values of the job's run, or of all where it belongs to none.
///
/// A value is JSON of at most 1 MiB; a name has 1 to 256 characters. Changes are made only while the job is this
/// runner's, so that what is left of a lost attempt changes nothing.
public struct JobMemory: Sendable {
    /// Whose values are meant.
    public enum Scope: Sendable {
        /// The run's; reading looks in that of all too.
        case run
        /// Those of all.
        case global
    }

    private let task: TaskContext
    private let queue: JobQueue

    init(_ task: TaskContext, queue: JobQueue) {
        self.task = task
        self.queue = queue
    }

    /// The value of a name; `nil`: there is none.
    ///
    /// - Throws: a ``WeirError`` when it does not fit `type`, or the database cannot be read.
    public func get<Value: Decodable>(
        _ name: String, as type: Value.Type = Value.self, in scope: Scope = .run
    ) async throws -> Value? {
        let run = run(scope)
        guard let entry = try await queue.thread.perform({ try $0.look { try $0.memory(name, for: run) } }) else {
            return nil
        }
        return try JSONCoding.decode(type, from: entry.value) { "the value '\(name)' of memory does not fit: \($0)" }
    }

    /// The version of a value, for ``set(_:_:ifVersion:in:)``; `nil`: there is none.
    public func version(of name: String, in scope: Scope = .run) async throws -> Int? {
        let run = run(scope)
        return try await queue.thread.perform { try $0.look { try $0.memory(name, for: run)?.version } }
    }

    /// Sets a value.
    ///
    /// - Parameters:
    ///   - name: its name, of 1 to 256 characters.
    ///   - value: what it is from now on; at most 1 MiB of JSON.
    ///   - ifVersion: only if this is still its version; 0: only if there is none.
    ///   - scope: whose value it is.
    /// - Returns: its new version.
    /// - Throws: a ``WeirError``, ``WeirError/Code/conflict`` where somebody was faster.
    @discardableResult
    public func set(
        _ name: String, _ value: some Encodable & Sendable, ifVersion: Int? = nil, in scope: Scope = .run
    ) async throws -> Int {
        let json = try JSONCoding.encode(value, what: "the value '\(name)' of the memory")
        let place = place(scope)
        let guarded = Self.guarding(ifVersion)
        return try await change { try $0.setMemory(name, to: json, in: place, if: guarded) }
    }

    /// Forgets a value, and returns whether there was one.
    ///
    /// - Throws: a ``WeirError``, ``WeirError/Code/conflict`` where `ifVersion` does not hold.
    @discardableResult
    public func delete(_ name: String, ifVersion: Int? = nil, in scope: Scope = .run) async throws -> Bool {
        let place = place(scope)
        let guarded = Self.guarding(ifVersion)
        return try await change { try $0.deleteMemory(name, in: place, if: guarded) }
    }

    private func change<R: Sendable>(_ body: @escaping @Sendable (JobTransaction) throws -> R) async throws -> R {
        let (job, leaseToken) = (task.job, task.leaseToken)
        return try await queue.thread.perform { store in
            try store.write { transaction in
                try transaction.requireHeld(job, leaseToken: leaseToken)
                return try body(transaction)
            }
        }
    }

    private static func guarding(_ version: Int?) -> MemoryGuard {
        version.map { $0 == 0 ? .absent : .version($0) } ?? .none
    }

    private func run(_ scope: Scope) -> RunID? { scope == .run ? task.run : nil }

    private func place(_ scope: Scope) -> MemoryScope { run(scope).map { .run($0) } ?? .global }
}
