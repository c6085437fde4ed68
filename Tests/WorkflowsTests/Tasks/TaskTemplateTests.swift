import JSON
import Testing

@testable import Workflows

/// The listing of the reference, as it stands there.
@Suite struct `The template of four parallel tasks` {
    static let sha256 = "53f618c7e820a3b2281c5053065e42f1784ca4b98d5f3d85844660814cfd09ea"

    private static func parsed() throws -> ParsedWorkflow {
        let bytes = try Fixture.bytes("template-03-parallel-execution.yaml")
        return WorkflowParser.parse(bytes, defaultName: "template")
    }

    @Test func `is the reference's, byte by byte`() throws {
        #expect(SHA256.text(of: Array("abc".utf8)).hasPrefix("ba7816bf8f01cfea414140de5dae2223"))
        #expect(SHA256.text(of: try Fixture.bytes("template-03-parallel-execution.yaml")) == Self.sha256)
    }

    @Test func `is accepted without a word`() throws {
        let parsed = try Self.parsed()
        #expect(parsed.diagnostics == [])
        let workflow = try #require(parsed.workflow)
        #expect(workflow.dialect == .tasks)
        #expect(workflow.name == "template-03-parallel-execution")
        #expect(workflow.version == "1.0")
        #expect(workflow.description == "Execute 4 independent tasks concurrently")
        #expect(workflow.metadata["task_sequence"] == .list([4, 5, 6, 7].map { .integer($0) }))
        #expect(workflow.metadata["parallelization"] == .bool(true))
        #expect(workflow.parallel == ParallelSettings(isEnabled: true, isExplicit: true, defaultMaxConcurrency: 4))
        #expect(workflow.timeout == .seconds(1200))
        #expect(
            workflow.watching
                == Watching(interval: .seconds(5), attempts: 240, timeout: .seconds(1200), waitsForAll: true))
        #expect(
            workflow.failureMessages
                == FailureMessages(oneFailed: "One task failed, but others continue", allFailed: "All tasks failed"))
        #expect(
            workflow.report
                == ReportSettings(
                    resultsDirectory: ".conductor/task-results", reportPath: "test-results/NAME-results.json"))
        #expect(
            workflow.criteria.map(\.source) == [
                "all_tasks_completed", "no_task_blocked_by_another", "total_time < 1200", "parallel_efficiency >= 2.5",
            ])
    }

    @Test func `asks four agents, which fail apart from one another and are tried again`() throws {
        let workflow = try #require(try Self.parsed().workflow)
        #expect(workflow.steps.map(\.id) == ["task_4", "task_5", "task_6", "task_7"])
        #expect(
            workflow.steps.map(\.name) == [
                "Testing Framework", "Security Hardening", "Architecture Review", "Pattern Library",
            ])
        for step in workflow.steps {
            #expect(step.timeout == .seconds(900))
            #expect(step.retries == 3)
            #expect(step.parallel.isolateErrors == true)
            #expect(!step.continueOnError)
            #expect(!step.enforcesGates)
        }
        guard case .agent(let call) = workflow.steps[1].action else {
            Issue.record("task 5 is no agent's")
            return
        }
        #expect(call.agent == "SecurityAgent")
        #expect(call.prompt == nil)
        #expect(
            call.parameters == [
                "task_name": .value(.string("Security Hardening")), "agent_type": .value(.string("SecurityAgent")),
            ])
        #expect(call.environment == ["WEIR_TASK": Template(plain: "5")])
    }

    @Test func `has twelve gates`() throws {
        let workflow = try #require(try Self.parsed().workflow)
        let gates = workflow.steps.flatMap { step in
            step.gates.map { "\(TaskID.shown(step.id)) \($0.label): \($0.thresholdText)" }
        }
        #expect(
            gates == [
                "4 Test Coverage: >= 95%", "4 Test Pass Rate: 100%", "4 Performance Acceptable: true",
                "5 Security Score: >= 90/100", "5 Vulnerabilities: == 0", "5 Compliance: required",
                "6 Coverage Threshold: >= 90%", "6 Security Score: >= 85/100", "6 Documentation: required",
                "7 Patterns Generated: >= 10", "7 Documentation: required", "7 Test Coverage: >= 80%",
            ])
        #expect(
            workflow.steps.flatMap(\.gates).map(\.requirement) == [
                .compare(.atLeast, 95, unit: .percent), .compare(.atLeast, 100, unit: .percent), .isTrue,
                .compare(.atLeast, 90, unit: .outOf(100)), .compare(.equal, 0, unit: .none), .required,
                .compare(.atLeast, 90, unit: .percent), .compare(.atLeast, 85, unit: .outOf(100)), .required,
                .compare(.atLeast, 10, unit: .none), .required, .compare(.atLeast, 80, unit: .percent),
            ])
    }

    @Test func `becomes a plan of one group, whose steps stand alone`() throws {
        let workflow = try #require(try Self.parsed().workflow)
        let plan = workflow.plan()
        #expect(plan.maxConcurrency == 4)
        #expect(
            plan.steps.map { "\($0.group) \($0.id) \($0.kind) \($0.retries)" } == (4...7).map { "1 task_\($0) agent 3" }
        )
        for (planned, step) in zip(plan.steps, workflow.steps) {
            let again = try StepParser.parse(canonical: try #require(planned.template))
            #expect(again.canonical == step.canonical)
            #expect(again.gates.map(\.requirement) == step.gates.map(\.requirement))
        }
        #expect(workflow.plan(options: PlanOptions(parallel: false)).maxConcurrency == 1)
    }

    @Test func `holds its gates against what its agents report`() throws {
        let workflow = try #require(try Self.parsed().workflow)
        let reports = [
            #"{"test_coverage": 96.5, "test_pass_rate": "100%", "performance_acceptable": true}"#,
            #"{"metrics": {"security_score": "92/100", "vulnerabilities": 0, "compliance": ["SOC2"]}}"#,
            #"{"coverage_threshold": {"value": 0.91, "unit": "ratio"}, "security_score": 88, "documentation": "docs/"}"#,
            #"{"patterns_generated": 12, "documentation": "", "test_coverage": 80}"#,
        ]
        let outcomes = try zip(workflow.steps, reports).flatMap { step, report in
            let result = try JSONValue(parsing: report)
            return step.gates.map { $0.evaluate(result) }
        }
        #expect(outcomes.summary == "passed: 11/12 (91.7%)")
        #expect(outcomes.fault == "gates: documentation is \"\", not required")
    }
}
