import JSON
import Jobs
import Workflows

/// Decides what a claimed job with a template does: evaluates its condition and its expressions, and makes parts of it.
///
/// It only reads; what it decides is carried out with the runner's next transaction. A runner that dies in between
/// leaves the job to another, which decides anew from the same rows.
struct StepDirector {
    let store: JobStore
    let claim: Claim
    let run: RunID
    let step: Step
    let scope: RunScope
    let services: RunnerServices
    var locals: Locals { scope.locals }

    /// Rounds, copies and parts of one job.
    static let mostParts = 10_000
    private static let deepest = 16

    static func decide(_ claim: Claim, in store: JobStore, services: RunnerServices) throws -> Decision {
        guard let template = claim.template else { return .fail("the job has no template") }
        guard let run = claim.run else { return .fail("a step belongs to a run, and this job to none") }
        let step: Step
        do throws(StepParserError) {
            step = try StepParser.parse(canonical: template)
        } catch {
            return .fail("the stored step cannot be read: \(error)")
        }
        let scope = try RunScope(run: run, job: claim.job, locals: Locals(claim.locals), store: store)
        let director = StepDirector(store: store, claim: claim, run: run, step: step, scope: scope, services: services)
        do {
            return try director.decide()
        } catch let error as ExpressionError {
            return .fail("\(error)")
        } catch let error as StepFailure {
            return .fail(error.message)
        }
    }

    private func decide() throws -> Decision {
        if claim.phase == 0, !asksEachCopy, let condition = step.condition, try !condition.isTrue(in: scope) {
            return .skip("its condition is false: \(condition.source)")
        }
        if let fanOut = step.fanOut {
            return claim.phase == 0 ? try fan(fanOut) : try collectCopies()
        }
        switch step.action {
        case .script(let script): return try execute(script)
        case .agent(let call): return claim.phase == 0 ? try execute(call) : try collectPlanned()
        case .worker(let call): return try execute(call)
        case .http(let call): return try execute(call)
        case .workflow(let call): return claim.phase == 0 ? try start(call) : try collectRun()
        case .approval(let approval): return try approve(approval)
        case .wait(let wait): return try self.wait(wait)
        case .group(let steps):
            return claim.phase == 0
                ? .park(Parking(.children(try parts(steps, locals: locals.within(key))))) : try collectGroup()
        case .loop(let loop): return try go(round: loop)
        case .dynamic(let steps): return claim.phase == 0 ? try expand(steps) : try collectGroup()
        case .set(let variables):
            var values: [String: JSONValue] = [:]
            for (name, value) in variables { values[name] = try value.evaluate(in: scope) }
            var extras = OutcomeExtras()
            extras.variables = values.mapValues(\.text)
            return .succeed(result: JSONValue.object(values).text, extras: extras)
        case .value(let value): return try succeed(value.evaluate(in: scope))
        case .end(let end): return try self.end(end)
        }
    }

    /// Whether the condition is about a copy, and not about the step as a whole.
    var asksEachCopy: Bool {
        step.fanOut != nil
            && (step.condition?.references.contains { ["item", "index", "matrix"].contains($0.root) } ?? false)
    }

    var key: String { claim.key ?? step.id }

    func succeed(_ value: JSONValue) throws -> Decision {
        let text = value.text
        guard text.utf8.count <= JobStore.resultLimit else {
            throw StepFailure("the result has \(text.utf8.count) bytes; \(JobStore.resultLimit) is the most")
        }
        return .succeed(result: text)
    }

    private func end(_ end: RunEnd) throws -> Decision {
        let state: RunState =
            switch end.state {
            case .succeeded: .succeeded
            case .failed: .failed
            case .cancelled: .cancelled
            }
        var extras = OutcomeExtras()
        extras.runEnd = RunEnding(
            state, error: try end.reason?.text(in: scope), result: try end.output?.evaluate(in: scope).text)
        return .succeed(result: nil, extras: extras)
    }

    // MARK: Parts

    /// Jobs of steps that become parts of this one.
    func parts(_ steps: [Step], locals: Locals) throws -> [JobSpec] {
        guard steps.count <= Self.mostParts else {
            throw StepFailure("\(steps.count) steps; \(Self.mostParts) is the most")
        }
        return PartPlanner(locals: locals, isolates: step.parallel.isolateErrors).specs(steps)
    }

    // MARK: Runs within the run

    private func start(_ call: WorkflowCall) throws -> Decision {
        guard try store.look({ try $0.depth(of: run) }) < Self.deepest else {
            throw StepFailure("workflows are more than \(Self.deepest) deep within one another; does one call itself?")
        }
        var inputs: [String: JSONValue] = [:]
        for (name, value) in call.inputs { inputs[name] = try value.evaluate(in: scope) }
        let document: WorkflowDocument =
            switch call.reference {
            case .file(let path):
                try WorkflowDocument.read(try path.text(in: scope), in: scope.facts.directory)
            case .inline(let text): WorkflowDocument(path: nil, text: text)
            }
        var spec = try document.runSpec(
            inputs: inputs, options: PlanOptions(), directory: scope.facts.directory,
            searchPath: scope.facts.searchPath, database: store.path)
        spec.source = document.path ?? "\(scope.facts.workflow)#\(key)"
        return .park(Parking(.run(spec)))
    }

    private func collectRun() throws -> Decision {
        guard let child = try store.look({ try $0.childRun(of: claim.job) }) else { return .fail("its run is gone") }
        let facts = try store.look { try $0.facts(of: child) }
        switch facts.state {
        case .succeeded: return .succeed(result: facts.result)
        case .cancelled: return .fail("run \(child) was cancelled")
        default: return .fail("run \(child) failed" + (facts.error.map { ": \($0)" } ?? ""))
        }
    }
}

/// Why a step cannot go on; another attempt would end the same way.
package struct StepFailure: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
