import JSON
import Jobs
import SQLite
import Workflows

/// A run's data for expressions, read from the database as they ask for it.
final class RunScope: ExpressionScope {
    private let store: JobStore
    let run: RunID
    let facts: JobTransaction.RunFacts
    let locals: Locals
    /// The job that asks; `nil`: whoever judges the run.
    private let job: JobID?
    /// What `env` reads, once it is known.
    var environment: [String: String]?
    private var steps: [String: StepFacts?] = [:]
    private var remembered: [String: JSONValue?] = [:]

    init(run: RunID, job: JobID?, locals: Locals, store: JobStore) throws {
        self.run = run
        self.job = job
        self.locals = locals
        self.store = store
        facts = try store.look { try $0.facts(of: run) }
    }

    func value(of root: String) throws(ExpressionError) -> JSONValue? {
        if let local = locals.values[root] { return local }
        switch root {
        case "inputs": return Self.object(facts.inputs)
        case "memory": return .object(try wholeMemory())
        case "vars": return Self.object(facts.variables)
        case "env": return environment.map { .object($0.mapValues { .string($0) }) }
        case "run":
            // At the end of a run, what became of it.
            let outcome = locals.values["outcome"]
            return .object([
                "id": .integer(run.rawValue), "workflow": .string(facts.workflow), "version": .string(facts.version),
                "state": outcome?["state"] ?? .string(facts.state.rawValue),
                "error": outcome?["error"] ?? facts.error.map { .string($0) } ?? .null,
                "directory": .string(facts.directory),
                "startedAt": facts.startedAt.map { .integer($0.rawValue) } ?? .null,
            ])
        case "success()": return .bool(try upstreams().allSatisfy { Self.isGood($0) })
        case "failure()": return .bool(try upstreams().contains { $0.state == .failed || $0.state == .cancelled })
        case "always()": return .bool(true)
        default: return nil
        }
    }

    func step(_ id: String) throws(ExpressionError) -> StepFacts? {
        if let known = steps[id] { return known }
        let found = try attempt { store in try store.look { try self.find(id, $0) } }
        steps[id] = .some(found)
        return found
    }

    func memory(_ name: String) throws(ExpressionError) -> JSONValue? {
        if let known = remembered[name] { return known }
        let found = try attempt { store in
            try store.look { try $0.memory(name, for: self.run) }.map { try JSONValue(parsing: $0.value) }
        }
        remembered[name] = .some(found)
        return found
    }

    private func wholeMemory() throws(ExpressionError) -> [String: JSONValue] {
        try attempt { store in
            var values: [String: JSONValue] = [:]
            for entry in try store.look({ try $0.memory(of: self.run) }) {
                values[entry.name] = try JSONValue(parsing: entry.value)
            }
            return values
        }
    }

    private func find(_ id: String, _ transaction: JobTransaction) throws -> StepFacts? {
        for prefix in locals.prefixes {
            if let facts = try transaction.facts(of: prefix + id, in: run) { return try Self.facts(facts) }
        }
        return try transaction.factsOfLatestPart(id, in: run).map(Self.facts)
    }

    private static func facts(_ facts: JobTransaction.Facts) throws -> StepFacts {
        StepFacts(
            state: facts.state.rawValue, exitCode: facts.exitCode, error: facts.error,
            result: try facts.result.map { try JSONValue(parsing: $0) })
    }

    private func upstreams() throws(ExpressionError) -> [JobTransaction.Facts] {
        guard let job else { return [] }
        return try attempt { store in try store.look { try $0.factsOfUpstreams(of: job) } }
    }

    static func isGood(_ facts: JobTransaction.Facts) -> Bool {
        facts.state == .succeeded || (facts.state == .failed && facts.isForgiven)
            || (facts.state == .skipped && facts.isExcused)
    }

    private static func object(_ text: String?) -> JSONValue {
        text.flatMap { try? JSONValue(parsing: $0) } ?? .object([:])
    }

    /// An expression cannot tell of the database's errors in any other way.
    private func attempt<Value>(_ body: (JobStore) throws -> Value) throws(ExpressionError) -> Value {
        do {
            return try body(store)
        } catch {
            throw ExpressionError("the run's data cannot be read: \(error)", offset: 0)
        }
    }
}
