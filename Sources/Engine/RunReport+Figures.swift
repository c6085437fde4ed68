import Jobs
import Workflows

extension RunReport {
    /// What the criteria of the run are held against. Tasks are the workflow's own steps.
    var figures: RunFigures {
        let own = Set(ownSteps.map(\.key))
        return RunFigures(
            totalTime: Double(elapsed) / 1000, speedup: parallelStats.speedup ?? 0,
            efficiency: parallelStats.efficiency ?? 0,
            tasks: ownSteps.map { RunFigures.Task(id: $0.key, state: $0.state.rawValue, isExcused: $0.isExcused) },
            blockings: blockings.filter { own.contains($0.step) }.map {
                RunFigures.Blocking(task: $0.step, cause: "\($0.cause)")
            })
    }
}
