import JSON

/// What the tasks of a definition's own list wait for where its order does not count, as when all are to run side by
/// side: for tasks that they read, for a JOIN before them, and for tasks that are there to hold up others. The same holds
/// for workflow files.
struct LooseOrder {
    /// For each task the positions of earlier ones.
    private(set) var waits: [[Int]] = []
    /// No task waits for another.
    var isEmpty: Bool { waits.allSatisfy(\.isEmpty) }

    private var homes: [String: Int] = [:]
    /// What all that comes waits for.
    private var base: [Int] = []
    /// The tasks since then.
    private var open: [Int] = []

    init(_ tasks: [WorkflowTask]) {
        for (position, task) in tasks.enumerated() {
            waits.append(waits(of: task, at: position, after: position > 0 ? tasks[position - 1] : nil))
            for inner in task.all { homes[inner.reference] = position }
        }
    }

    private mutating func waits(of task: WorkflowTask, at position: Int, after last: WorkflowTask?) -> [Int] {
        var waits = Set(base).union(reads(of: task))
        if task.kind == .join {
            // What it joins it waits for by itself, once the fork has begun.
            if last?.kind == .fork || last?.kind == .dynamicFork { waits = [position - 1] }
            base = [position]
        } else if task.holdsUpOthers {
            waits.formUnion(open)
            base = [position]
            open = []
        }
        open.append(position)
        return waits.sorted()
    }

    private func reads(of task: WorkflowTask) -> Set<Int> {
        var found: Set<Int> = []
        _ = Substitution { [homes] root in
            if let home = homes[root] { found.insert(home) }
            return nil
        }.resolve(task.json)
        return found
    }
}

extension WorkflowTask {
    /// It is there for what comes before and after it, or holds such a task.
    fileprivate var holdsUpOthers: Bool {
        kind == .wait || all.contains { [.human, .set, .terminate].contains($0.kind) }
    }
}
