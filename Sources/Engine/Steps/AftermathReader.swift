import Executors
import JSON
import Jobs
import Workflows

/// What becomes of a process's end: gates are held against its result, its steps join the run.
struct AftermathReader {
    let store: JobStore
    let attempt: RunningAttempt

    private var after: Aftermath { attempt.after }

    func ending(_ outcome: Outcome) -> AttemptReport.Ending {
        var outcome = outcome
        if !after.gates.isEmpty { readGates(into: &outcome) }
        guard outcome.state == .succeeded else { return .outcome(outcome) }
        if after.isPlanner { return plan(outcome) }
        if let key = after.cacheKey {
            outcome.extras = outcome.extras ?? OutcomeExtras()
            outcome.extras?.cacheKey = key
        }
        return .outcome(outcome)
    }

    // MARK: Gates

    /// Failed attempts keep what they reported, too.
    private func readGates(into outcome: inout Outcome) {
        guard outcome.state == .succeeded || outcome.state == .failed else { return }
        let result = outcome.result ?? reported()
        var extras = outcome.extras ?? OutcomeExtras()
        extras.gates = GateReport.results(after.gates, result: result)
        outcome.extras = extras
        guard outcome.state == .succeeded, after.enforcesGates,
            let fault = GateReport.fault(after.gates, result: result)
        else { return }
        outcome.state = .failed
        outcome.error = fault
    }

    private func reported() -> String? {
        let output = attempt.output.standardOutput(limit: JobStore.resultLimit)
        guard let file = attempt.resultFile,
            case .json(let text)? = try? ResultReader.value(file: file, standardOutput: output)
        else {
            return nil
        }
        return text
    }

    // MARK: Planners

    /// The answer is a list of steps, or an object with one as `steps`.
    private func plan(_ outcome: Outcome) -> AttemptReport.Ending {
        var failed = outcome
        failed.state = .failed
        do {
            let said = try outcome.result.map { try JSONValue(parsing: $0) }
            guard let answer = said?.string.map({ AnswerText.jsonWithin($0) }) ?? said,
                let entries = answer.list ?? answer["steps"]?.list
            else { throw StepFailure("the planner's answer is no list of steps") }
            guard let run = attempt.claim.run, let key = attempt.claim.key else { return .outcome(outcome) }
            let facts = try store.look { try $0.facts(of: run) }
            let steps = try JoiningSteps.read(entries, directory: facts.directory, database: store.path)
            let locals = Locals(attempt.claim.locals).within(key)
            let specs = PartPlanner(locals: locals, isolates: nil).specs(steps)
            return .park(Parking(.children(specs), memo: JSONValue.object(["answer": answer]).text))
        } catch {
            failed.error = "\(error)"
            return .outcome(failed)
        }
    }
}
