import Testing
import Workflows

/// The listings of the reference, with their tabs.
@Suite struct `A listing of the reference` {
    private static var processor: AgentCall {
        var call = AgentCall(agent: "data-processor")
        call.prompt = Template(plain: "Process large dataset")
        return call
    }

    static let tabs = "indented with tabs, which YAML does not allow; each is read as two spaces"

    @Test(arguments: ["automatic-detection", "workflow-level", "complex"])
    func `is accepted as it stands, with one warning`(name: String) throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("\(name).yaml"), defaultName: name)
        #expect(parsed.diagnostics.map(\.message) == [Self.tabs])
        #expect(parsed.diagnostics.map(\.severity) == [.warning])
        #expect(parsed.workflow != nil)
    }

    @Test func `with several groups becomes a plan of four groups`() throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("complex.yaml"), defaultName: "complex")
        let plan = try #require(parsed.workflow).plan()
        #expect(plan.workflow == "Complex Parallel Workflow")
        #expect(plan.version == "1.0.0")
        #expect(plan.maxConcurrency == 6)
        #expect(plan.pools == ["cpu": 2, "network": 4, "database": 1])
        #expect(
            plan.steps.map { "\($0.group) \($0.id)" } == [
                "1 setup-env", "1 validate-config", "1 check-dependencies",
                "2 build-frontend", "2 build-backend", "2 prepare-database",
                "3 test-frontend", "3 test-backend", "3 integration-tests",
                "4 deploy",
            ])
        #expect(plan.widestGroup == 3)
        let tests = try #require(plan.steps.first { $0.id == "integration-tests" })
        #expect(tests.command == "npm")
        #expect(tests.args == ["run", "test:integration"])
        #expect(tests.resources == ["network": 1])
        #expect(tests.dependencies.map(\.step) == ["build-frontend", "build-backend", "prepare-database"])
        #expect(tests.pathBelow == 1)
    }

    @Test func `with groups by dependency runs lint and type-check side by side`() throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("automatic-detection.yaml"), defaultName: "detection")
        let plan = try #require(parsed.workflow).plan()
        #expect(plan.workflow == "detection")
        #expect(plan.maxConcurrency == nil)
        #expect(plan.steps.map { "\($0.group) \($0.id)" } == ["1 install", "2 lint", "2 type-check"])
    }

    @Test func `with an agent is accepted, with a warning for the pool that is nobody's`() throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("step-level.yaml"), defaultName: "steps")
        #expect(parsed.workflow?.steps[1].action == .agent(Self.processor))
        #expect(
            parsed.diagnostics.map { $0.render(file: "f") }.joined(separator: "\n") == """
                f:2:1: warning: \(Self.tabs)
                f:32:14: warning: pool 'network' is not declared in this workflow; the database's pool of that name \
                is used, if there is one
                """)
    }

    @Test func `on pools declares them and uses them`() throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("resource-management.yaml"), defaultName: "pools")
        let plan = try #require(parsed.workflow).plan()
        #expect(plan.pools == ["database": 2, "api": 10, "filesystem": 5])
        #expect(plan.steps.map(\.resources) == [["database": 1], ["api": 1]])
        #expect(parsed.diagnostics.count == 1)
    }

    @Test func `on errors keeps what is explicit apart from what is not said`() throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("error-handling.yaml"), defaultName: "errors")
        let plan = try #require(parsed.workflow).plan()
        #expect(plan.steps.map(\.isolateErrors) == [false, true, true])
        #expect(plan.steps.map(\.continueOnError) == [false, true, false])
    }
}
