import Testing
import Workflows

@Suite struct `An estimate` {
    private func plan(_ text: String) throws -> Plan { try workflow("steps:\n" + text).plan() }

    private func steps(_ lines: String...) -> String {
        lines.map { "  - {\($0), config: {command: x}}\n" }.joined()
    }

    @Test func `of a chain is the sum, of independent steps the longest`() throws {
        let chain = try plan(steps("id: a", "id: b, dependsOn: a", "id: c, dependsOn: b"))
        let times = ["a": 100, "b": 200, "c": 300]
        #expect(Makespan(of: chain, milliseconds: times, slots: 8).milliseconds == 600)
        let parallel = try plan(steps("id: a", "id: b", "id: c"))
        let makespan = Makespan(of: parallel, milliseconds: times, slots: 8)
        #expect(makespan.milliseconds == 300)
        #expect(makespan.sequential == 600)
        #expect(makespan.mostAtOnce == 3)
    }

    @Test func `of the reference's four tasks is that of the longest`() throws {
        let plan = try plan(steps("id: testing", "id: security", "id: architecture", "id: patterns"))
        let times = ["testing": 622_000, "security": 794_000, "architecture": 514_000, "patterns": 718_000]
        #expect(Makespan(of: plan, milliseconds: times, slots: 4).milliseconds == 794_000)
        #expect(Makespan(of: plan, milliseconds: times, slots: 1).milliseconds == 2_648_000)
        #expect(plan.longestPath(milliseconds: times).map { plan.steps[$0].id } == ["security"])
    }

    @Test func `has no more steps at once than slots`() throws {
        let plan = try plan(steps("id: a", "id: b", "id: c", "id: d", "id: e"))
        let makespan = Makespan(
            of: plan, milliseconds: ["a": 10, "b": 10, "c": 10, "d": 10, "e": 10], slots: 2)
        #expect(makespan.milliseconds == 30)
        #expect(makespan.mostAtOnce == 2)
    }

    @Test func `lets steps of one pool wait for one another, and others pass`() throws {
        let plan = try plan(
            steps("id: a, parallel: {resource: p}", "id: b, parallel: {resource: p}", "id: c"))
        let times = ["a": 10, "b": 10, "c": 5]
        #expect(Makespan(of: plan, milliseconds: times, slots: 8, pools: ["p": 1]).milliseconds == 20)
        // A pool that is found nowhere has no limit.
        #expect(Makespan(of: plan, milliseconds: times, slots: 8).milliseconds == 10)
    }

    @Test func `does not starve a step that asks for much`() throws {
        // The big one is first in order: the small one behind it may not overtake it at the pool.
        let plan = try plan(
            steps(
                "id: first, priority: 9, parallel: {resource: {p: 1}}",
                "id: big, priority: 8, parallel: {resource: {p: 2}}",
                "id: small, priority: 7, parallel: {resource: {p: 1}}"))
        let times = ["first": 10, "big": 10, "small": 10]
        let makespan = Makespan(of: plan, milliseconds: times, slots: 8, pools: ["p": 2])
        #expect(makespan.milliseconds == 30)
    }

    @Test func `lets an exclusive step run alone`() throws {
        let plan = try plan(steps("id: a", "id: b", "id: alone, parallel: {enabled: false}"))
        let makespan = Makespan(of: plan, milliseconds: ["a": 10, "b": 10, "alone": 10], slots: 8)
        #expect(makespan.milliseconds == 20)
        #expect(makespan.mostAtOnce == 2)
    }

    @Test func `of a large plan is never below its bounds`() throws {
        var random = SplitMix(state: 5)
        var text = ""
        var times: [String: Int] = [:]
        for step in 0..<400 {
            let upstreams =
                step == 0
                ? [] : (0..<Int.random(in: 0..<3, using: &random)).map { _ in Int.random(in: 0..<step, using: &random) }
            let needs = Set(upstreams).sorted().map { "s\($0)" }.joined(separator: ", ")
            text += "  - {id: s\(step), dependsOn: [\(needs)], config: {command: x}}\n"
            times["s\(step)"] = Int.random(in: 0..<1000, using: &random)
        }
        let plan = try plan(text)
        let path = plan.longestPath(milliseconds: times).reduce(0) { $0 + (times[plan.steps[$1].id] ?? 0) }
        for slots in [1, 3, 16, 1000] {
            let makespan = Makespan(of: plan, milliseconds: times, slots: slots)
            #expect(makespan.milliseconds >= max(path, makespan.sequential / slots))
            #expect(makespan.milliseconds <= makespan.sequential)
        }
        #expect(Makespan(of: plan, milliseconds: times, slots: 1000).milliseconds == path)
    }
}
