import Testing
import Workflows

@Suite struct `A large workflow` {
    private func text(steps count: Int, dependsOn: (Int) -> String) -> String {
        var text = "steps:\n"
        for step in 0..<count {
            text += "  - id: s\(step)\n    config:\n      command: \"true\"\n    dependsOn: \(dependsOn(step))\n"
        }
        return text
    }

    @Test func `that is a chain of 20,000 steps has 20,000 groups`() throws {
        let plan = try workflow(text(steps: 20_000) { $0 == 0 ? "[]" : "s\($0 - 1)" }).plan()
        #expect(plan.steps.map(\.group) == Array(1...20_000))
        #expect(plan.steps[0].pathBelow == 19_999)
        #expect(plan.widestGroup == 1)
    }

    @Test func `that is a fan of 20,000 steps has two groups`() throws {
        let plan = try workflow(text(steps: 20_000) { $0 == 0 ? "[]" : "[s0]" }).plan()
        #expect(plan.steps.last?.group == 2)
        #expect(plan.widestGroup == 19_999)
    }

    @Test func `of 50,000 steps is read`() throws {
        let plan = try workflow(text(steps: 50_000) { $0 < 2 ? "[]" : "[s\($0 / 2), s\($0 - 1)]" }).plan()
        #expect(plan.steps.count == 50_000)
    }

    @Test func `in which every dependency is wrong costs a bounded search for what was meant`() {
        let parsed = WorkflowParser.parse(text(steps: 5000) { "[t\($0)]" }, defaultName: "flow")
        #expect(parsed.diagnostics.count == 1000)
    }
}
