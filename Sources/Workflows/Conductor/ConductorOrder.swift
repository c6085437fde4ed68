/// What the tasks of a definition wait for when the order of their list does not count: for what they read, for the
/// forks, choices and joins that they belong to, and for tasks that are there to hold up others.
struct ConductorOrder {
    /// What the last task that holds up others left; all after it wait for that.
    private var base: [Dependency]
    /// The ends of the tasks so far, for the next one that holds up others.
    private var ends: [Dependency] = []

    init(after base: [Dependency]) { self.base = base }

    /// How a task stands to those around it.
    enum Stance {
        case free
        /// A wait, an approval, variables, an end: it waits for all before it, and all after it wait for it.
        case barrier
        /// A JOIN: all after it wait for it.
        case join
    }

    /// What the task waits for that comes next in the list.
    func start(of stance: Stance) -> [Dependency] {
        stance == .barrier ? ConductorFlow.unique(base + ends) : base
    }

    /// The task, or what is within it, ends with `tails`.
    mutating func pass(_ stance: Stance, leaving tails: [Dependency]) {
        if stance != .free { base = tails }
        if stance == .barrier { ends = [] }
        ends += tails
    }
}

extension ConductorFlow {
    /// Notes what the steps since `first` wait for when the order does not count.
    ///
    /// - Parameter before: what they wait for when it counts, but for joins.
    mutating func loosen(since first: Int, waitingFor before: [Dependency], as stance: ConductorOrder.Stance) {
        guard var order else { return }
        if stance != .join {
            let start = order.start(of: stance)
            for position in first..<steps.count where steps[position].dependencies == before {
                steps[position].looseDependencies = start
            }
        }
        order.pass(stance, leaving: tails)
        self.order = order
    }

    /// Without the order of the list, steps wait for those that they read.
    mutating func addReads() {
        var homes: [String: Int] = [:]
        for (position, step) in steps.enumerated() { step.note(home: position, in: &homes) }
        for (position, step) in steps.enumerated() {
            let known = step.looseDependencies ?? step.dependencies
            var waiting = Set(known.map(\.step))
            var added: [Dependency] = []
            for home in step.homes(of: homes, before: position) where waiting.insert(steps[home].id).inserted {
                added.append(Dependency(step: steps[home].id, condition: .passed, place: step.place))
            }
            if !added.isEmpty { steps[position].looseDependencies = known + added }
        }
    }

    /// One edge for each step; the stricter condition counts.
    static func unique(_ dependencies: [Dependency]) -> [Dependency] {
        var positions: [String: Int] = [:]
        var unique: [Dependency] = []
        for dependency in dependencies {
            guard let position = positions[dependency.step] else {
                positions[dependency.step] = unique.count
                unique.append(dependency)
                continue
            }
            if dependency.condition == .succeeded { unique[position] = dependency }
        }
        return unique
    }
}

extension Step {
    /// Depth is bounded by the reader.
    fileprivate func note(home position: Int, in homes: inout [String: Int]) {
        homes[id] = position
        for inner in action.nested { inner.note(home: position, in: &homes) }
    }

    /// The positions of the earlier steps that it reads, in their order.
    fileprivate func homes(of homes: [String: Int], before position: Int) -> [Int] {
        var found: Set<Int> = []
        for reference in reads where reference.root == "steps" {
            // A name that is computed may be any.
            guard let name = reference.name else { return Array(0..<position) }
            if let home = homes[name], home < position { found.insert(home) }
        }
        return found.sorted()
    }

    /// What it and the steps within it read. Depth is bounded by the reader.
    private var reads: [Expression.Reference] {
        var expressions = ownExpressions
        if case .loop(let loop) = action { expressions.append(loop.condition) }
        return expressions.flatMap(\.references) + action.nested.flatMap(\.reads)
    }
}
