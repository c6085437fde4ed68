import Engine
import JSON
import SQLite
import Workflows

/// What is known of a plan before it runs.
struct PlanSummary {
    private let plan: Plan
    private let durations: [String: Int]
    private let unknown: [String]
    private let assumed: Int?
    private let slots: Int
    private let makespan: Makespan
    private let path: [PlannedStep]
    private let groups: [(group: Int, steps: [PlannedStep])]
    private let pools: [(name: String, capacity: Int?, origin: String, users: [PlannedStep])]

    init(_ plan: Plan, past: [String: Int], assumed: Int?, ownPools: [String: Int], slots: Int) {
        self.plan = plan
        self.assumed = assumed
        self.slots = slots
        // What waits for a failure is not expected to run.
        let expected = plan.steps.filter { step in !step.dependencies.contains { $0.condition == .failed } }
        let unknown = expected.map(\.id).filter { past[$0] == nil }
        var durations = past
        if let assumed { for id in unknown { durations[id] = assumed } }
        let ids = Set(plan.steps.map(\.id))
        self.unknown = unknown
        self.durations = durations.filter { ids.contains($0.key) }
        makespan = Makespan(of: plan, milliseconds: durations, slots: slots, pools: ownPools)
        path = plan.longestPath(milliseconds: self.durations).map { plan.steps[$0] }
        groups = Dictionary(grouping: plan.steps, by: \.group).sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
        var users: [String: [PlannedStep]] = plan.pools.mapValues { _ in [] }
        for step in plan.steps { for pool in step.resources.keys { users[pool, default: []].append(step) } }
        pools = users.sorted { $0.key < $1.key }.map { name, users in
            let declared = plan.pools[name]
            let origin = declared != nil ? "workflow" : ownPools[name] != nil ? "database" : "nowhere"
            return (name, declared ?? ownPools[name], origin, users)
        }
    }

    private var widest: (group: Int, steps: [PlannedStep])? {
        groups.max { ($0.steps.count, $1.group) < ($1.steps.count, $0.group) }
    }

    private func length(_ steps: [PlannedStep]) -> Int { steps.reduce(0) { $0 + (durations[$1.id] ?? 0) } }

    /// The same facts for programs. Times are in milliseconds; `null` where no step has one.
    var json: JSONValue {
        func time(_ milliseconds: Int) -> JSONValue { durations.isEmpty ? .null : .integer(milliseconds) }
        func ids(_ steps: [PlannedStep]) -> JSONValue { .list(steps.map { .string($0.id) }) }
        return .object([
            "workflow": .string(plan.workflow), "version": .string(plan.version), "steps": .integer(plan.steps.count),
            "groups": .list(groups.map { .object(["group": .integer($0.group), "steps": ids($0.steps)]) }),
            "widest_group": widest.map {
                .object(["group": .integer($0.group), "steps": .integer($0.steps.count)])
            } ?? .null,
            "max_concurrency": plan.maxConcurrency.map { .integer($0) } ?? .null, "slots": .integer(slots),
            "pools": .list(
                pools.map { pool in
                    .object([
                        "pool": .string(pool.name), "capacity": pool.capacity.map { .integer($0) } ?? .null,
                        "declared_by": .string(pool.origin),
                        "steps": .object(
                            pool.users.reduce(into: [:]) { $0[$1.id] = .integer($1.resources[pool.name] ?? 1) }),
                    ])
                }),
            "critical_path": ids(path), "critical_ms": time(length(path)), "estimated_ms": time(makespan.milliseconds),
            "sequential_ms": time(makespan.sequential), "most_at_once": .integer(makespan.mostAtOnce),
            "durations_ms": .object(durations.mapValues { .integer($0) }),
            "unknown_steps": .list(unknown.map { .string($0) }),
            "assumed_ms": assumed.map { .integer($0) } ?? .null,
        ])
    }

    /// A line for each step.
    var steps: Table {
        let critical = Set(path.map(\.id))
        return Table(
            columns: ["group", "step", "kind", "after", "pools", "estimated_ms", "critical"],
            rows: plan.steps.map { step in
                [
                    .integer(Int64(step.group)), .text(step.id), .text(step.kind),
                    .text(step.dependencies.map(\.step).joined(separator: " ")), .text(Self.amounts(step.resources)),
                    durations[step.id].map { .integer(Int64($0)) } ?? .null,
                    .integer(critical.contains(step.id) ? 1 : 0),
                ]
            })
    }

    private static func amounts(_ resources: [String: Int]) -> String {
        resources.sorted { $0.key < $1.key }.map { $0.value == 1 ? $0.key : "\($0.key)=\($0.value)" }
            .joined(separator: " ")
    }

    func printForPeople() {
        Output.print(Terminal.visible("\(plan.workflow) \(plan.version)"))
        var facts = Counted.text([(plan.steps.count, "step"), (groups.count, "group")])
        if let widest { facts += " · widest group \(widest.group) with \(Counted.text(widest.steps.count, "step"))" }
        Output.print(facts + " · \(Counted.text(slots, "slot"))\n")
        TablePrinter.print(
            Table(
                columns: ["group", "steps", "estimated", "which"],
                rows: groups.map { group in
                    let longest = group.steps.compactMap { durations[$0.id] }.max()
                    return [
                        .integer(Int64(group.group)), .integer(Int64(group.steps.count)),
                        .text(longest.map { TimeText.short($0) } ?? ""), .text(Self.few(group.steps.map(\.id))),
                    ]
                }))
        if !pools.isEmpty {
            Output.print("")
            TablePrinter.print(
                Table(
                    columns: ["pool", "capacity", "declared by", "used by"],
                    rows: pools.map { pool in
                        let users = pool.users.map { step in
                            let amount = step.resources[pool.name] ?? 1
                            return amount == 1 ? step.id : "\(step.id) (\(amount))"
                        }
                        return [
                            .text(pool.name), .text(pool.capacity.map { "\($0)" } ?? "no limit"), .text(pool.origin),
                            .text(Self.few(users)),
                        ]
                    }))
        }
        Output.print("\n" + estimate)
    }

    private var estimate: String {
        let chain = Self.few(path.map(\.id), separator: " → ")
        guard !durations.isEmpty else {
            return """
                longest path  \(Counted.text(path.count, "step")): \(chain)
                estimate      unknown: no step has succeeded in a run on this database; --assume 30s gives each a time
                """
        }
        var text = """
            critical path \(TimeText.short(length(path))): \(chain)
            estimate      \(isComplete ? "" : "at least ")\(TimeText.short(makespan.milliseconds)) with \
            \(Counted.text(slots, "slot")), at most \(makespan.mostAtOnce) at once; \
            \(TimeText.short(makespan.sequential)) one after another
            """
        if !unknown.isEmpty {
            let rule = assumed.map { "each taken as \(TimeText.short($0))" } ?? "counted as nothing"
            text += "\nunknown       \(Counted.text(unknown.count, "step")), \(rule): \(Self.few(unknown))"
        }
        return text
    }

    private var isComplete: Bool { unknown.isEmpty || assumed != nil }

    private static func few(_ names: [String], separator: String = ", ") -> String {
        let shown = names.count <= 10 ? names : names.prefix(9) + ["… (\(names.count - 9) more)"]
        return shown.joined(separator: separator)
    }
}
