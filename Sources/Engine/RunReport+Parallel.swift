import Jobs

extension RunReport {
    /// Makes the figures of parallel execution, and finds who waited for whom.
    mutating func measure(_ material: Material) {
        let uses = Uses(steps, material)
        parallelStats.totalGroups = Set(ownSteps.map(\.group)).count
        parallelStats.maxConcurrentSteps = max(uses.slots.peak, executed.isEmpty ? 0 : 1)
        let memory = Occupancy(
            steps.flatMap { step in
                step.isWork
                    ? step.tries.map { Occupancy.Use(start: $0.startedAt, end: $0.end, amount: $0.memory ?? 0) } : []
            })
        parallelStats.memoryTogether = peakMemory.map { max($0, memory.peak) }
        if elapsed > 0 {
            for (pool, occupancy) in uses.pools where pool.capacity > 0 {
                let name = pool.scope.isEmpty || pool.scope == workflow ? pool.name : "\(pool.scope)/\(pool.name)"
                parallelStats.resourceUtilization[name] =
                    Double(occupancy.busy) / (Double(pool.capacity) * Double(elapsed))
            }
            let width = maxConcurrency ?? max(1, steps.count(where: \.isWork))
            let ideal = max(Double(parallelStats.criticalLength), Double(sequential) / Double(width))
            parallelStats.speedup = Double(sequential) / Double(elapsed)
            parallelStats.efficiency = min(1, ideal / Double(elapsed))
        }
        findBlockings(material, uses)
    }

    /// The steps that started, but not as soon as nothing but their runners could have held them up.
    private mutating func findBlockings(_ material: Material, _ uses: Uses) {
        var positions: [JobID: Int] = [:]
        for (position, step) in steps.enumerated() { positions[step.job] = position }
        var upstreams: [JobID: Step] = [:]
        for edge in material.edges {
            guard let upstream = positions[edge.upstream].map({ steps[$0] }), upstream.startedAt != nil,
                upstream.parent != edge.job
            else { continue }
            if (upstreams[edge.job]?.finishedAt ?? -1) < (upstream.finishedAt ?? 0) { upstreams[edge.job] = upstream }
        }
        for step in steps where step.startedAt != nil && !step.isHandler {
            if let upstream = upstreams[step.job] {
                blockings.append(Blocking(step: step.key, cause: .step(upstream.key), wait: 0))
            }
            guard step.isWork, let cause = uses.cause(of: step, material) else { continue }
            blockings.append(Blocking(step: step.key, cause: cause, wait: step.wait ?? 0))
        }
    }
}

/// What the attempts of a run held, over time.
private struct Uses {
    private(set) var pools: [RunReport.Material.Pool: Occupancy] = [:]
    let slots: Occupancy
    private var runs: [RunID: Occupancy] = [:]
    private var copies: [Copies: Occupancy] = [:]

    /// The jobs of one step in one run.
    private struct Copies: Hashable {
        let run: RunID
        let id: String
    }

    init(_ steps: [RunReport.Step], _ material: RunReport.Material) {
        var all: [Occupancy.Use] = []
        var ofPool: [RunReport.Material.Pool: [Occupancy.Use]] = [:]
        var ofRun: [RunID: [Occupancy.Use]] = [:]
        var ofStep: [Copies: [Occupancy.Use]] = [:]
        for step in steps where step.isWork {
            let limits = material.limits[step.run]
            for attempt in step.tries {
                let use = { Occupancy.Use(start: attempt.startedAt, end: attempt.end, amount: $0) }
                all.append(use(1))
                if let most = limits?.maxConcurrency {
                    ofRun[step.run, default: []].append(use(step.isExclusive ? most : 1))
                }
                if limits?.steps[step.id] != nil {
                    ofStep[Copies(run: step.run, id: step.id), default: []].append(use(1))
                }
                for (name, amount) in step.pools {
                    if let pool = limits?.pools[name] { ofPool[pool, default: []].append(use(amount)) }
                }
            }
        }
        slots = Occupancy(all)
        pools = ofPool.mapValues { Occupancy($0) }
        runs = ofRun.mapValues { Occupancy($0) }
        copies = ofStep.mapValues { Occupancy($0) }
    }

    /// What was too full for the step at some moment between being ready and being started. The pool first: a slot may
    /// be short as well, but is anyone's.
    func cause(of step: RunReport.Step, _ material: RunReport.Material) -> RunReport.Blocking.Cause? {
        guard let ready = step.readyAt, let start = step.startedAt, ready < start else { return nil }
        let limits = material.limits[step.run]
        for (name, amount) in step.pools.sorted(by: { $0.key < $1.key }) {
            guard let pool = limits?.pools[name], let held = pools[pool] else { continue }
            if held.most(from: ready, to: start) + amount > pool.capacity { return .pool(name) }
        }
        if let most = limits?.maxConcurrency, let held = runs[step.run] {
            if held.most(from: ready, to: start) + (step.isExclusive ? most : 1) > most { return .slot }
        }
        if let most = limits?.steps[step.id], let held = copies[Copies(run: step.run, id: step.id)] {
            if held.most(from: ready, to: start) >= most { return .slot }
        }
        let isFull = material.slots > 0 && slots.most(from: ready, to: start) >= material.slots
        return isFull ? .slot : nil
    }
}
