extension Workflow {
    /// Leaves out what steps wait for only since their list has that order, and keeps the failure of one from the
    /// others, so that all run at once that can. Only definitions of Conductor have such an order.
    package mutating func dropOrder() {
        guard dialect == .conductor else { return }
        for index in steps.indices {
            if let loose = steps[index].looseDependencies { steps[index].dependencies = loose }
            steps[index].looseDependencies = nil
            if steps[index].parallel.isolateErrors == false { steps[index].parallel.isolateErrors = true }
        }
    }

    /// Leaves out all other steps; what the chosen ones depended on among those is taken for done. Tasks of Conductor
    /// that are left still come one after the other.
    package mutating func keep(_ chosen: Set<String>) {
        let inherited = dialect == .conductor ? inheritance(leaving: chosen) : [:]
        steps = steps.filter { chosen.contains($0.id) }
        for index in steps.indices {
            let dependencies = steps[index].dependencies
            if inherited.isEmpty {
                steps[index].dependencies.removeAll { !chosen.contains($0.step) }
            } else {
                steps[index].dependencies = ConductorFlow.unique(
                    dependencies.flatMap { chosen.contains($0.step) ? [$0] : inherited[$0.step] ?? [] })
            }
            steps[index].looseDependencies?.removeAll { !chosen.contains($0.step) }
        }
    }

    /// What the steps that are left out waited for among the chosen ones, also by way of one another.
    private func inheritance(leaving chosen: Set<String>) -> [String: [Dependency]] {
        let graph = StepGraph(steps: steps)
        var inherited: [String: [Dependency]] = [:]
        for position in graph.order() where !chosen.contains(steps[position].id) {
            inherited[steps[position].id] = ConductorFlow.unique(
                steps[position].dependencies.flatMap { chosen.contains($0.step) ? [$0] : inherited[$0.step] ?? [] })
        }
        return inherited
    }
}
