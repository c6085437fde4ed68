package import JSON
package import Jobs
package import Workflows

/// One step that becomes several jobs, and steps that hold others.
extension StepDirector {
    private struct Copy {
        let name: String
        let values: [String: JSONValue]
    }

    func fan(_ fanOut: FanOut) throws -> Decision {
        let (copies, keys) = try copies(fanOut)
        guard copies.count <= Self.mostParts else {
            throw StepFailure("\(copies.count) copies; \(Self.mostParts) is the most")
        }
        guard !copies.isEmpty else { return .succeed(result: keys == nil ? "[]" : "{}") }
        var single = step
        single.fanOut = nil
        if !asksEachCopy { single.condition = nil }
        single.dependencies = []
        single.continueOnError = false
        var names: Set<String> = []
        let specs = copies.enumerated().map { index, copy in
            let name = names.insert(copy.name).inserted ? copy.name : "\(copy.name)#\(index)"
            let planner = PartPlanner(locals: locals.with(copy.values), isolates: step.parallel.isolateErrors)
            return planner.copy(of: single, key: "\(key)[\(name)]")
        }
        let memo = keys.map { JSONValue.object(["keys": .list($0.map { .string($0) })]).text }
        return .park(Parking(.children(specs), memo: memo))
    }

    private func copies(_ fanOut: FanOut) throws -> (copies: [Copy], keys: [String]?) {
        switch fanOut {
        case .each(let items):
            switch try items.evaluate(in: scope) {
            case .list(let elements):
                return (
                    elements.enumerated().map { Copy(name: "\($0)", values: ["item": $1, "index": .integer($0)]) }, nil
                )
            case .object(let members):
                let sorted = members.sorted { $0.key < $1.key }
                let copies = sorted.enumerated().map { index, member in
                    let item = JSONValue.object(["key": .string(member.key), "value": member.value])
                    return Copy(name: Self.name(member.key), values: ["item": item, "index": .integer(index)])
                }
                return (copies, sorted.map(\.key))
            case let other: throw StepFailure("'foreach' needs a list or an object, not \(other.kindName)")
            }
        case .matrix(let axes, let include, let exclude):
            let combinations = try Matrix(axes: axes, include: include, exclude: exclude, scope: scope).combinations()
            let copies = combinations.enumerated().map { index, values in
                let name = values.sorted { $0.key < $1.key }.map { Self.name($0.value.splicedText) }.joined(
                    separator: ",")
                return Copy(name: name, values: ["matrix": .object(values), "index": .integer(index)])
            }
            return (copies, nil)
        }
    }

    /// Fit for a key.
    private static func name(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(40).map { scalar -> Character in
            scalar.value > 0x20 && scalar != "[" && scalar != "]" && scalar != "/" && scalar != "@"
                && scalar.value != 0x7F
                ? Character(scalar) : "_"
        }
        return cut.isEmpty ? "_" : String(cut)
    }

    // MARK: What parts left

    private func goodParts() throws -> [JobTransaction.Facts] {
        let parts = try store.look { try $0.factsOfParts(of: claim.job) }
        let bad = parts.filter { !RunScope.isGood($0) }
        guard bad.isEmpty else {
            let names = bad.prefix(5).map { "\($0.key) \($0.state.rawValue)" }.joined(separator: ", ")
            throw StepFailure(
                "\(bad.count) of \(parts.count) parts did not succeed: \(names)\(bad.count > 5 ? ", …" : "")")
        }
        return parts
    }

    private func value(of part: JobTransaction.Facts) -> JSONValue {
        part.result.flatMap { try? JSONValue(parsing: $0) } ?? .null
    }

    /// A list of the copies' results in their order; of an object's members, an object.
    func collectCopies() throws -> Decision {
        let parts = try goodParts()
        let values = parts.map { value(of: $0) }
        let memo = claim.memo.flatMap { try? JSONValue(parsing: $0) }
        guard let keys = memo?["keys"]?.list?.compactMap(\.string), keys.count == values.count else {
            return try succeed(.list(values))
        }
        return try succeed(.object(Dictionary(zip(keys, values)) { first, _ in first }))
    }

    /// An object of the parts' results by their ids.
    func collectGroup() throws -> Decision { try succeed(.object(results(of: try goodParts(), below: key + "/"))) }

    private func results(of parts: [JobTransaction.Facts], below prefix: String) -> [String: JSONValue] {
        var results: [String: JSONValue] = [:]
        for part in parts where part.key.hasPrefix(prefix) {
            results[String(part.key.dropFirst(prefix.count))] = value(of: part)
        }
        return results
    }

    // MARK: Rounds

    /// Begins the first round, or judges the last one and begins the next.
    func go(round loop: Loop) throws -> Decision {
        let memo = claim.memo.flatMap { try? JSONValue(parsing: $0) }
        let done = memo?["iteration"]?.integer ?? 0
        guard claim.phase > 0, done > 0 else { return try begin(round: 1, of: loop) }
        let parts = try goodParts()
        let inner = locals.within("\(key)#\(done)").with(["iteration": .integer(done)])
        let roundScope = try RunScope(run: run, job: claim.job, locals: inner, store: store)
        if try loop.condition.isTrue(in: roundScope) {
            guard done < loop.limit else {
                throw StepFailure("the loop went on after \(loop.limit) rounds, which is its limit")
            }
            return try begin(round: done + 1, of: loop)
        }
        var result: [String: JSONValue] = ["iteration": .integer(done)]
        for round in 1...done { result["\(round)"] = .object(results(of: parts, below: "\(key)#\(round)/")) }
        if JSONValue.object(result).text.utf8.count > JobStore.resultLimit {
            result = result.filter { $0.key == "iteration" || $0.key == "\(done)" }
        }
        return try succeed(.object(result))
    }

    private func begin(round: Int, of loop: Loop) throws -> Decision {
        let inner = locals.within("\(key)#\(round)").with(["iteration": .integer(round)])
        return .park(
            Parking(
                .children(try parts(loop.steps, locals: inner)),
                memo: JSONValue.object(["iteration": .integer(round)]).text))
    }

    // MARK: Steps known only now

    func expand(_ template: JSONTemplate) throws -> Decision {
        let value = try template.evaluate(in: scope)
        guard let entries = value.list else {
            throw StepFailure("'steps' needs a list of steps, not \(value.kindName)")
        }
        return .park(Parking(.children(try joining(entries))))
    }

    /// Jobs of steps that come as data.
    func joining(_ entries: [JSONValue]) throws -> [JobSpec] {
        let steps = try JoiningSteps.read(entries, directory: scope.facts.directory, database: store.path)
        return try parts(steps, locals: locals.within(key))
    }

    /// After a planner's answer: its steps have ended.
    func collectPlanned() throws -> Decision {
        let memo = claim.memo.flatMap { try? JSONValue(parsing: $0) }
        return try succeed(
            .object([
                "answer": memo?["answer"] ?? .null, "steps": .object(results(of: try goodParts(), below: key + "/")),
            ]))
    }
}

/// Steps that join a run while it goes on: checked like those of a file.
package enum JoiningSteps {
    /// - Throws: an error whose description tells every fault.
    package static func read(_ entries: [JSONValue], directory: String, database: String) throws -> [Step] {
        var steps: [Step]
        do throws(StepParserError) {
            steps = try StepParser.parse(entries)
            try StepParser.check(steps)
        } catch {
            throw StepFailure("the steps that are to join the run: \(error)")
        }
        let configuration = try ConfigurationFile.read(given: nil, directory: directory, database: database)
        if let fault = configuration.resolve(&steps).first(where: { $0.severity == .error }) {
            throw StepFailure(fault.message)
        }
        return steps
    }
}

extension JoiningSteps {
    /// Jobs of steps that join a run.
    ///
    /// - Parameter sibling: the job that adds them, in whose scope they are; `nil`: they are steps of the run itself.
    /// - Throws: an error whose description tells every fault.
    package static func specs(_ steps: [Step], run: RunID, beside sibling: JobID?, store: JobStore) throws -> [JobSpec]
    {
        var locals = Locals()
        if let sibling { locals = Locals(try store.look { try $0.locals(of: sibling) }) }
        let own = Set(steps.map(\.id))
        var known: [String: JobID] = [:]
        for name in Set(steps.flatMap { $0.dependencies.map(\.step) }).subtracting(own).union(own) {
            if let facts = try store.look({ try $0.facts(of: locals.prefix + name, in: run) }) {
                known[name] = facts.job
            }
        }
        do throws(StepParserError) {
            try StepParser.check(steps, known: Set(known.keys))
        } catch {
            throw StepFailure("\(error)")
        }
        let byID = Dictionary(steps.map { ($0.id, $0) }) { first, _ in first }
        return PartPlanner(locals: locals, isolates: nil).specs(steps).map { spec in
            var spec = spec
            for dependency in byID[spec.step?.id ?? ""]?.dependencies ?? [] {
                guard !own.contains(dependency.step), let job = known[dependency.step] else { continue }
                spec.dependencies.append(JobSpec.Dependency(.stored(job), Jobs.Condition(dependency.condition)))
            }
            return spec
        }
    }
}

/// The combinations of a matrix.
struct Matrix {
    let axes: [FanOut.Axis]
    let include: [[String: JSONTemplate]]
    let exclude: [[String: JSONTemplate]]
    let scope: RunScope

    func combinations() throws -> [[String: JSONValue]] {
        var combinations: [[String: JSONValue]] = axes.isEmpty ? [] : [[:]]
        for axis in axes {
            let value = try axis.values.evaluate(in: scope)
            guard let values = value.list else {
                throw StepFailure("axis '\(axis.name)' of the matrix needs a list, not \(value.kindName)")
            }
            guard combinations.count * max(1, values.count) <= StepDirector.mostParts else {
                throw StepFailure("the matrix has more than \(StepDirector.mostParts) combinations")
            }
            combinations = combinations.flatMap { known in
                values.map { known.merging([axis.name: $0]) { _, new in new } }
            }
        }
        let excluded = try exclude.map { try $0.mapValues { try $0.evaluate(in: scope) } }
        combinations.removeAll { combination in
            excluded.contains { $0.allSatisfy { name, value in combination[name] == value } }
        }
        for entry in include { combinations.append(try entry.mapValues { try $0.evaluate(in: scope) }) }
        return combinations
    }
}
