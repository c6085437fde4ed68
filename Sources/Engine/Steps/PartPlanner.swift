import Jobs
import Workflows

/// Makes jobs of the steps of one scope within a run.
struct PartPlanner {
    let locals: Locals
    /// `isolateErrors` of the step that they are parts of: holds for those that do not say.
    var isolates: Bool?

    func specs(_ steps: [Step]) -> [JobSpec] {
        let planned = StepPlanner().plan(steps)
        var positions: [String: Int] = [:]
        for (position, step) in planned.enumerated() { positions[step.id] = position }
        return planned.map { step in
            var spec = JobSpec(step, positions: positions, isSequential: false)
            spec.step?.key = locals.prefix + step.id
            spec.step?.isolate = step.isolateErrors ?? isolates
            if spec.template != nil { spec.locals = locals.text }
            return spec
        }
    }

    /// One copy of a step that fans out.
    func copy(of step: Step, key: String) -> JobSpec {
        var spec = specs([step])[0]
        spec.step?.key = key
        // A copy without expressions of its own is a plain job.
        return spec
    }
}
