import Testing
import Workflows

@Suite struct `The example of a release` {
    @Test func `has no fault, and one step that may fail`() throws {
        let parsed = WorkflowParser.parse(try Fixture.repository("examples/release.yaml"), defaultName: "release")
        #expect(parsed.diagnostics == [])
        let plan = try #require(parsed.workflow).plan()
        #expect(plan.pools == ["compiler": 2])
        #expect(plan.steps.filter(\.continueOnError).map(\.id) == ["sanitize"])
        #expect(plan.steps.filter(\.isExclusive).map(\.id) == ["measure"])
        #expect(plan.steps.first?.id == "prepare")
        #expect(plan.steps.last?.id == "summary")
        #expect(plan.widestGroup == 4)
    }
}

@Test func `the workflow in the documentation has no fault`() throws {
    let text = String(decoding: try Fixture.repository("docs/workflows.md"), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let listing = lines.drop { $0 != "```yaml" }.dropFirst().prefix { $0 != "```" }
    #expect(faults(listing.joined(separator: "\n")) == "")
    #expect(listing.count > 30)
}

@Suite struct `The example of agents` {
    @Test func `has no fault, and all its agents`() throws {
        let parsed = WorkflowParser.parse(
            try Fixture.repository("examples/agents/research.yaml"), defaultName: "research")
        #expect(parsed.diagnostics == [])
        let configured = ConfigurationParser.parse(try Fixture.repository("examples/agents/weir.yaml"))
        #expect(configured.diagnostics == [])
        var workflow = try #require(parsed.workflow)
        #expect(try #require(configured.configuration).resolve(&workflow).isEmpty)
        #expect(workflow.plan().steps.map(\.group) == [1, 1, 2, 3])
    }
}
