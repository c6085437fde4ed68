import Jobs

extension RunReport {
    /// What is read of a run and of those within it, before it is made sense of.
    struct Material {
        struct Pool: Hashable {
            /// The workflow whose pool it is; empty for the database's own.
            let scope: String
            let name: String
            let capacity: Int
        }

        struct Limits {
            var maxConcurrency: Int?
            /// By the names that the run's steps use.
            var pools: [String: Pool] = [:]
            /// `maxConcurrency` of steps, by their ids.
            var steps: [String: Int] = [:]
        }

        private(set) var steps: [Step] = []
        var edges: [(job: JobID, upstream: JobID)] = []
        var gates: [Gate] = []
        var limits: [RunID: Limits] = [:]
        /// Of all runners that executed something of it.
        var slots = 0

        mutating func add(_ more: [Step]) { steps += more }

        /// Each step followed by its parts.
        func nested() -> [Step] {
            let known = Set(steps.map(\.job))
            var parts: [JobID: [Int]] = [:]
            var next: [Int] = []
            for (position, step) in steps.enumerated() {
                if let parent = step.parent, known.contains(parent) {
                    parts[parent, default: []].append(position)
                } else {
                    next.append(position)
                }
            }
            next.reverse()
            var nested: [Step] = []
            var depths: [JobID: Int] = [:]
            while let position = next.popLast() {
                var step = steps[position]
                step.depth = step.parent.flatMap { depths[$0] }.map { $0 + 1 } ?? 0
                if let below = parts[step.job] {
                    step.hasParts = true
                    depths[step.job] = step.depth
                    next += below.reversed()
                }
                nested.append(step)
            }
            return nested
        }
    }
}
