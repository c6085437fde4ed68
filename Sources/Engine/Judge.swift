import JSON
import Jobs
import Logging
import SQLite
import Workflows

/// Looks at runs whose jobs have all ended: criteria, output, handlers, files; then ends them. Any runner may; what it
/// decides follows from rows that change no more, so that two that judge at once decide the same, and one is heard.
struct Judge {
    let store: JobStore
    let log: Logger

    func judge(_ run: RunID) throws {
        guard let settlement = try store.look({ try $0.settlement(of: run) }) else { return }
        let facts = try store.look { try $0.facts(of: run) }
        let parsed = WorkflowDocument(path: facts.source, text: facts.definition ?? "").parse()
        guard var workflow = parsed.workflow else {
            _ = try store.write { try $0.close(run, as: settlement.ending) }
            return
        }
        var ending = settlement.ending
        let scope = try RunScope(run: run, job: nil, locals: Locals(), store: store)
        if !settlement.isAfterHandlers {
            try judge(workflow, scope, &ending)
            let handlers = try handlers(of: &workflow, after: ending, scope)
            if !handlers.isEmpty {
                _ = try store.write { try $0.startHandlers(handlers, of: run, after: ending) }
                return
            }
        }
        try RunFiles(run: run, workflow: workflow, facts: facts, ending: ending, store: store).write()
        _ = try store.write { try $0.close(run, as: ending) }
    }

    private func judge(
        _ workflow: Workflow, _ scope: RunScope, _ ending: inout RunEnding
    ) throws {
        if !workflow.criteria.isEmpty, ending.state == .succeeded || ending.state == .failed {
            let figures = try RunReport.read(scope.run, from: store).figures
            if let fault = workflow.criteria.fault(figures: figures, scope: scope) {
                ending.error = ending.error.map { "\($0); \(fault)" } ?? fault
                ending.state = .failed
            }
        }
        guard ending.state == .succeeded, ending.result == nil, let output = workflow.output else { return }
        do throws(ExpressionError) {
            let text = try output.evaluate(in: scope).text
            guard text.utf8.count <= JobStore.resultLimit else {
                throw ExpressionError("it has \(text.utf8.count) bytes; \(JobStore.resultLimit) is the most", offset: 0)
            }
            ending.result = text
        } catch {
            ending.state = .failed
            ending.error = "output: \(error)"
        }
    }

    private func handlers(
        of workflow: inout Workflow, after ending: RunEnding, _ scope: RunScope
    ) throws -> [JobSpec] {
        let configuration = try? ConfigurationFile.read(
            given: nil, directory: scope.facts.directory, database: store.path)
        _ = configuration?.resolve(&workflow)
        var steps = ending.state == .succeeded ? workflow.handlers.success : workflow.handlers.failure
        steps += workflow.handlers.always
        guard !steps.isEmpty else { return [] }
        var locals = Locals()
        locals.values["outcome"] = .object([
            "state": .string(ending.state.rawValue), "error": ending.error.map { .string($0) } ?? .null,
        ])
        let planned = StepPlanner(environment: workflow.environment).plan(steps)
        var positions: [String: Int] = [:]
        for (position, step) in planned.enumerated() { positions[step.id] = position }
        return planned.map { step in
            var spec = JobSpec(step, positions: positions, isSequential: false)
            // One handler's failure keeps no other from running.
            spec.step?.isolate = true
            if spec.template != nil { spec.locals = locals.text }
            spec.environment["WEIR_OUTCOME"] = ending.state.rawValue
            return spec
        }
    }
}

extension Runner {
    /// Judges what has settled. What cannot be judged now is tried again with the next look.
    func judgeSettledRuns() {
        do {
            for run in try store.look({ try $0.settledRuns(in: options.scope) }) {
                try Judge(store: store, log: log).judge(run)
            }
        } catch {
            log.warning("a run that has ended could not be judged: \(error)")
        }
        state.wantsTurn = true
    }
}
