import Engine
import Graphs
import Jobs
import Workflows

extension Graph {
    /// A workflow as it will run.
    init(_ plan: Plan) {
        var positions: [String: Int] = [:]
        for (position, step) in plan.steps.enumerated() { positions[step.id] = position }
        let path = plan.longestPath(milliseconds: [:])
        let links = zip(path, path.dropFirst()).reduce(into: [Int: Int]()) { $0[$1.1] = $1.0 }
        // A chain through a graph without edges says nothing.
        let critical = path.count > 1 ? Set(path) : []
        let groups = plan.steps.map(\.group).max() ?? 0
        self.init(
            title: "\(plan.workflow) \(plan.version)",
            subtitle: Counted.text([(plan.steps.count, "step"), (groups, "group")])
                + (path.count > 1 ? " · longest path \(Counted.text(path.count, "step"))" : ""),
            nodes: plan.steps.enumerated().map { position, step in
                let pools = step.resources.sorted { $0.key < $1.key }
                    .map { $0.value == 1 ? $0.key : "\($0.key) \($0.value)" }
                return Node(
                    label: step.id, detail: ([step.kind] + pools).joined(separator: " · "),
                    hint: step.name == step.id ? "" : step.name, isCritical: critical.contains(position))
            },
            edges: plan.steps.enumerated().flatMap { position, step in
                step.dependencies.compactMap { dependency -> Edge? in
                    positions[dependency.step].map { from in
                        Edge(
                            from: from, to: position,
                            condition: dependency.condition == .succeeded ? nil : dependency.condition.rawValue,
                            isCritical: links[position] == from)
                    }
                }
            })
    }

    /// A run, with what has become of it.
    init(_ run: RunGraph) {
        let critical = run.jobs.indices.filter { run.jobs[$0].isCritical }.count
        let length = run.jobs.reduce(0) { $0 + ($1.isCritical ? $1.milliseconds ?? 0 : 0) }
        var facts = ["run \(run.run)", run.state, Counted.text(run.jobs.count, "job")]
        if let elapsed = run.elapsed { facts.append(TimeText.short(elapsed)) }
        if critical > 1 { facts.append("critical path \(TimeText.short(length)) in \(Counted.text(critical, "job"))") }
        // Of the critical jobs that one waits for, the one before it in the chain is the last that ended; ids grow with
        // groups, so it is the last of them.
        var links: [Int: Int] = [:]
        for edge in run.edges where run.jobs[edge.from].isCritical && run.jobs[edge.to].isCritical {
            links[edge.to] = max(links[edge.to] ?? 0, edge.from)
        }
        self.init(
            title: "\(run.workflow) \(run.version)", subtitle: facts.joined(separator: " · "),
            nodes: run.jobs.map { job in
                let name = job.name.flatMap { $0 == job.key ? nil : $0 }
                let attempts = job.attempts > 1 ? "\(job.attempts) attempts" : nil
                let cached = job.isCached ? "taken from the cache" : nil
                let kind = job.kind == "script" ? nil : job.kind
                return Node(
                    label: job.key.isEmpty ? job.name ?? "\(job.id)" : job.key,
                    hint: ["job \(job.id)", name, kind, attempts, cached, job.error].compactMap { $0 }.joined(
                        separator: " · "),
                    state: State(rawValue: job.state.rawValue), milliseconds: job.milliseconds,
                    isCritical: job.isCritical)
            },
            edges: run.edges.map { edge in
                Edge(
                    from: edge.from, to: edge.to, condition: edge.condition == "succeeded" ? nil : edge.condition,
                    isCritical: links[edge.to] == edge.from)
            })
    }
}

/// Numbers of things.
enum Counted {
    /// `1 step`, `3 steps`.
    static func text(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }

    static func text(_ parts: [(Int, String)]) -> String {
        parts.map { text($0.0, $0.1) }.joined(separator: " · ")
    }
}
