import Testing

@testable import Workflows

@Suite struct `The section parallel of a configuration` {
    private func faults(of text: String) -> [String] {
        ConfigurationParser.parse(text).diagnostics.map { $0.render(file: "weir.yaml") }
    }

    @Test func `has every setting with its place`() throws {
        let result = ConfigurationParser.parse(
            """
            agents: {}
            parallel:
              enabled: true
              profile: performance
              workers: 8
              timeout: 2m
              retries: 0
              monitoring: false
              batch_size: 20
              memory_limit: none
            """)
        #expect(result.diagnostics.isEmpty)
        let entries = try #require(result.configuration).parallel.entries
        #expect(entries["enabled"]?.value == .flag(true))
        #expect(entries["profile"]?.value == .name("performance"))
        #expect(entries["workers"] == ParallelSection.Entry(.number(8), place: Place(line: 5, column: 3)))
        #expect(entries["timeout"]?.value == .number(120_000))
        #expect(entries["retries"]?.value == .number(0))
        #expect(entries["monitoring"]?.value == .flag(false))
        #expect(entries["batch_size"]?.value == .number(20))
        #expect(entries["memory_limit"]?.value == ParallelSection.Value.none)
        #expect(entries.keys.sorted() == ParallelSection.keys.sorted())
    }

    @Test func `may be empty`() throws {
        for text in ["parallel:", "parallel: {}"] {
            let configuration = try #require(ConfigurationParser.parse(text).configuration)
            #expect(configuration.parallel.entries.isEmpty)
        }
    }

    @Test(arguments: [
        (
            "workers: 0",
            "weir.yaml:2:12: error: 'workers' of 'parallel' of the configuration is 0; it can be 1 to 10000"
        ),
        (
            "workers: eight",
            "weir.yaml:2:12: error: 'workers' of 'parallel' of the configuration must be a whole number from 1 to 10000, not 'eight'"
        ),
        (
            "profile: maximun",
            "weir.yaml:2:12: error: there is no profile 'maximun'; there are conservative, balanced, performance, maximum, auto; did you mean 'maximum'?"
        ),
        (
            "wokers: 2",
            "weir.yaml:2:3: error: unknown key 'wokers' in 'parallel' of the configuration; did you mean 'workers'?"
        ),
        (
            "resources: {cpu: 2}",
            "weir.yaml:2:3: error: unknown key 'resources' in 'parallel' of the configuration; it belongs to a workflow"
        ),
        (
            "memory_limit: 1.5",
            "weir.yaml:2:17: error: 'memory_limit' of 'parallel' of the configuration must be a whole number from 1 to 16777216, not '1.5'"
        ),
        (
            "enabled: maybe",
            "weir.yaml:2:12: error: 'enabled' of 'parallel' of the configuration must be true or false, not 'maybe'"
        ),
    ])
    func `tells a fault at its place`(line: String, fault: String) {
        #expect(faults(of: "parallel:\n  \(line)") == [fault])
    }

    @Test func `cannot mean one job at a time and several`() {
        #expect(
            faults(of: "parallel:\n  enabled: false\n  workers: 4") == [
                "weir.yaml:3:3: error: 'enabled: false' means one job at a time, and 'workers' is 4; take one of them out"
            ])
        #expect(faults(of: "parallel: {enabled: false, workers: 1}") == [])
        #expect(faults(of: "parallel: {enabled: true, workers: 4}") == [])
    }
}

@Suite struct `Defaults of jobs` {
    @Test func `reach every step that does not say it itself, at any depth`() throws {
        let text = """
            steps:
              - {id: a, type: script, config: {command: a}}
              - {id: b, type: script, timeout: 1s, retries: 0, config: {command: b}}
              - id: g
                type: group
                config: {steps: [{id: inner, type: script, config: {command: c}}]}
              - {id: w, type: wait, config: {duration: 1s}}
            """
        var workflow = try #require(WorkflowParser.parse(text, defaultName: "w").workflow)
        workflow.fill(retries: 2, timeout: .seconds(9))
        let steps = workflow.steps
        #expect(steps.map(\.retries) == [2, 0, nil, nil])
        #expect(steps.map(\.timeout) == [.seconds(9), .seconds(1), nil, nil])
        guard case .group(let inner) = steps[2].action else {
            Issue.record("no group")
            return
        }
        #expect(inner.first?.retries == 2)
        #expect(inner.first?.timeout == .seconds(9))
    }

    @Test func `leave a workflow as it is where nobody set them`() throws {
        let text = "steps: [{id: a, type: script, config: {command: a}}]"
        let workflow = try #require(WorkflowParser.parse(text, defaultName: "w").workflow)
        var filled = workflow
        filled.fill(retries: nil, timeout: nil)
        #expect(filled == workflow)
    }
}
