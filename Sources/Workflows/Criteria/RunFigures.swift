import JSON

/// What the criteria of a run are held against.
package struct RunFigures: Sendable, Equatable {
    /// One task of the run: a step, not the copies or children that it became.
    package struct Task: Sendable, Equatable {
        package var id: String
        /// As in SQL: `succeeded`, `failed`, `skipped`, `cancelled`, …
        package var state: String
        /// Skipped by its own condition, which leaves nothing undone.
        package var isExcused: Bool

        package init(id: String, state: String, isExcused: Bool = false) {
            self.id = id
            self.state = state
            self.isExcused = isExcused
        }

        var isCompleted: Bool { state == "succeeded" || (state == "skipped" && isExcused) }
    }

    /// A task that was ready and waited for something of its own run.
    package struct Blocking: Sendable, Equatable {
        package var task: String
        /// What it waited for, in words: `task_4`, `pool 'cpu'`, `a slot`.
        package var cause: String

        package init(task: String, cause: String) {
            self.task = task
            self.cause = cause
        }
    }

    /// Seconds from the run's start to its last end.
    package var totalTime: Double
    /// The sum of the final attempts' durations over the makespan: 4 tasks of one length at once have 4.
    package var speedup: Double
    /// The ideal makespan over the actual one, at most 1.
    package var efficiency: Double
    package var tasks: [Task]
    package var blockings: [Blocking]

    package init(totalTime: Double, speedup: Double, efficiency: Double, tasks: [Task], blockings: [Blocking] = []) {
        self.totalTime = totalTime
        self.speedup = speedup
        self.efficiency = efficiency
        self.tasks = tasks
        self.blockings = blockings
    }

    /// What expressions call them.
    static let names = [
        "total_time", "parallel_efficiency", "speedup", "efficiency", "tasks_total", "tasks_succeeded", "tasks_failed",
    ]

    func value(of name: String) -> JSONValue? {
        switch name {
        case "total_time": .decimal(totalTime)
        case "parallel_efficiency", "speedup": .decimal(speedup)
        case "efficiency": .decimal(efficiency)
        case "tasks_total": .integer(tasks.count)
        case "tasks_succeeded": .integer(tasks.count { $0.state == "succeeded" })
        case "tasks_failed": .integer(tasks.count { $0.state == "failed" })
        default: nil
        }
    }
}
