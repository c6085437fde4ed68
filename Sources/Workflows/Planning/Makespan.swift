/// How long a run of a plan will take, if each step takes as long as it is said to: the plan is played through with
/// slots and pools, in the order in which runners claim.
package struct Makespan: Sendable, Equatable {
    /// From the first start to the last end.
    package let milliseconds: Int
    /// The sum of all steps' times.
    package let sequential: Int
    /// Most steps at once.
    package let mostAtOnce: Int

    /// - Parameters:
    ///   - milliseconds: how long steps take, by id; a step without one takes no time.
    ///   - slots: steps at once, at most.
    ///   - pools: capacities of pools, over those that the plan declares; a pool found nowhere has no limit.
    package init(of plan: Plan, milliseconds: [String: Int], slots: Int, pools: [String: Int] = [:]) {
        var simulation = Simulation(
            plan, milliseconds: milliseconds, slots: min(slots, plan.maxConcurrency ?? slots),
            pools: pools.merging(plan.pools) { _, declared in declared })
        simulation.play()
        self.milliseconds = simulation.now
        mostAtOnce = simulation.mostAtOnce
        sequential = plan.steps.reduce(0) { $0 + (milliseconds[$1.id] ?? 0) }
    }
}

/// Ready steps that hold the same amounts wait in one lane, as jobs do in the store, so that an event looks at the head
/// of each lane and not at every step.
private struct Simulation {
    private struct Lane {
        let resources: [String: Int]
        let isExclusive: Bool
        var waiting = Heap()
    }

    private let steps: [PlannedStep]
    private let durations: [Int]
    private let dependents: [[Int]]
    private let slots: Int
    private var unmet: [Int]
    private var free: [String: Int]
    private var lanes: [Lane] = []
    private var laneOfStep: [Int] = []
    /// Ends to come, by time.
    private var ends = Heap()
    private var running = 0
    private var exclusiveIsRunning = false
    private(set) var now = 0
    private(set) var mostAtOnce = 0

    init(_ plan: Plan, milliseconds: [String: Int], slots: Int, pools: [String: Int]) {
        steps = plan.steps
        durations = plan.steps.map { max(0, milliseconds[$0.id] ?? 0) }
        self.slots = max(1, slots)
        free = pools
        var positions: [String: Int] = [:]
        for (position, step) in plan.steps.enumerated() { positions[step.id] = position }
        var dependents = [[Int]](repeating: [], count: plan.steps.count)
        unmet = Array(repeating: 0, count: plan.steps.count)
        for (position, step) in plan.steps.enumerated() {
            for upstream in Set(step.dependencies.compactMap { positions[$0.step] }) {
                dependents[upstream].append(position)
                unmet[position] += 1
            }
        }
        self.dependents = dependents
        var known: [[String: Int]: [Bool: Int]] = [:]
        for step in plan.steps {
            // What asks for more than there is would wait for ever: the check of the file says so, here it takes all.
            let amounts = step.resources.filter { pools[$0.key] != nil }
                .reduce(into: [String: Int]()) { $0[$1.key] = min($1.value, pools[$1.key] ?? $1.value) }
            if let lane = known[amounts]?[step.isExclusive] {
                laneOfStep.append(lane)
            } else {
                known[amounts, default: [:]][step.isExclusive] = lanes.count
                laneOfStep.append(lanes.count)
                lanes.append(Lane(resources: amounts, isExclusive: step.isExclusive))
            }
        }
    }

    mutating func play() {
        for step in steps.indices where unmet[step] == 0 { wait(step) }
        start()
        while let end = ends.pop() {
            now = end.key.0
            finish(end.item)
            // All that end at this moment, before anything starts.
            while let next = ends.first, next.key.0 == now {
                finish(next.item)
                _ = ends.pop()
            }
            start()
        }
    }

    private mutating func wait(_ step: Int) {
        lanes[laneOfStep[step]].waiting.push((-steps[step].priority, -steps[step].pathBelow, step), step)
    }

    private mutating func finish(_ step: Int) {
        running -= 1
        let lane = lanes[laneOfStep[step]]
        if lane.isExclusive { exclusiveIsRunning = false }
        for (pool, amount) in lane.resources { free[pool, default: 0] += amount }
        for dependent in dependents[step] {
            unmet[dependent] -= 1
            if unmet[dependent] == 0 { wait(dependent) }
        }
    }

    /// Best first. Who does not fit holds back, at the pool that stopped it, those after it.
    private mutating func start() {
        var closed: Set<String> = []
        var stopped: Set<Int> = []
        while running < slots, !exclusiveIsRunning {
            let heads = lanes.indices.compactMap { lane in
                stopped.contains(lane) ? nil : lanes[lane].waiting.first.map { (key: $0.key, lane: lane) }
            }
            guard let best = heads.min(by: { $0.key < $1.key }) else { return }
            let lane = lanes[best.lane]
            if lane.isExclusive, running > 0 { return }
            let short = lane.resources.first { closed.contains($0.key) || free[$0.key, default: 0] < $0.value }
            if let short {
                closed.insert(short.key)
                stopped.insert(best.lane)
                continue
            }
            guard let step = lanes[best.lane].waiting.pop()?.item else { return }
            for (pool, amount) in lane.resources { free[pool, default: 0] -= amount }
            exclusiveIsRunning = lane.isExclusive
            running += 1
            mostAtOnce = max(mostAtOnce, running)
            ends.push((now + durations[step], 0, step), step)
        }
    }
}

/// The least key first.
private struct Heap {
    typealias Key = (Int, Int, Int)
    private var elements: [(key: Key, item: Int)] = []

    var first: (key: Key, item: Int)? { elements.first }

    mutating func push(_ key: Key, _ item: Int) {
        elements.append((key, item))
        var child = elements.count - 1
        while child > 0, elements[child].key < elements[(child - 1) / 2].key {
            elements.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (key: Key, item: Int)? {
        guard let top = elements.first, let last = elements.popLast() else { return nil }
        guard !elements.isEmpty else { return top }
        elements[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < elements.count && elements[child].key < elements[least].key { least = child }
            guard least != parent else { return top }
            elements.swapAt(parent, least)
            parent = least
        }
    }
}
