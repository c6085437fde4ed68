import JSON
import Testing

@testable import Workflows

private func criteria(_ texts: [String]) throws -> [Criterion] {
    let (criteria, faults) = try read("[\(texts.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", "))]")
    try #require(faults == "")
    return criteria
}

private func read(_ yaml: String) throws -> (criteria: [Criterion], faults: String) {
    let findings = Findings(source: SourceText(yaml))
    let root = try #require(DocumentReader(findings: findings).root())
    let field = Field(
        key: "success_criteria", keyPlace: Place(line: 1, column: 1), value: root, title: "'success_criteria'",
        findings: findings)
    let criteria = CriterionReader(findings: findings).read(field)
    return (criteria, findings.sorted().map { $0.render(file: "c") }.joined(separator: "\n"))
}

private func figures(
    time: Double = 7.94, speedup: Double = 3.33, states: [String] = ["succeeded"], blockings: [RunFigures.Blocking] = []
) -> RunFigures {
    RunFigures(
        totalTime: time, speedup: speedup, efficiency: 0.83,
        tasks: states.enumerated().map { .init(id: "task_\($0 + 4)", state: $1) }, blockings: blockings)
}

@Suite struct `A success criterion` {
    @Test(arguments: [
        "all_tasks_completed", "no_task_blocked_by_another", "total_time < 1200", "parallel_efficiency >= 2.5",
        "speedup > 3 && efficiency <= 1", "tasks_failed == 0", "tasks_succeeded == tasks_total", "10 > total_time",
        "${{ total_time < 1200 }}", "steps.build.result.size >= 12", "inputs.n == 3",
    ])
    func `holds`(text: String) throws {
        #expect(try criteria([text]).fault(figures: figures(), scope: TestScope.usual) == nil)
    }

    @Test(arguments: [
        ("parallel_efficiency >= 2.5", "parallel_efficiency 2.1 < 2.5"),
        ("total_time < 1200", "total_time 1300.5 >= 1200"), ("1200 > total_time", "total_time 1300.5 >= 1200"),
        ("efficiency > 0.83", "efficiency 0.83 <= 0.83"), ("speedup == 2", "speedup 2.1 != 2"),
        ("speedup >= 2.1001", "speedup 2.1 < 2.1001"), ("total_time != 1300.5", "total_time 1300.5 == 1300.5"),
        ("tasks_failed <= 1", "tasks_failed 2 > 1"), ("tasks_total == 2 + 2", "tasks_total 3 != 4"),
        ("total_time < 9000 && speedup > 2.5", "speedup 2.1 <= 2.5"),
        ("total_time < 90 || speedup > 2.5", "total_time < 90 || speedup > 2.5 does not hold"),
        ("steps.build.result.size > 12", "steps.build.result.size > 12 does not hold"),
        ("all_tasks_completed", "all_tasks_completed: task_5 failed, task_6 failed"),
        ("no_task_blocked_by_another", "no_task_blocked_by_another: task_6 waited for task_5"),
        (
            "steps.lint.result == 1",
            "in 'steps.lint.result == 1', at character 1: step 'lint' was skipped, so it has no result; "
                + "'steps.lint.state' tells, and '??' gives another value"
        ),
    ])
    func `that fails says what is so instead`(text: String, fault: String) throws {
        let figures = figures(
            time: 1300.5, speedup: 2.1, states: ["succeeded", "failed", "failed"],
            blockings: [.init(task: "task_6", cause: "task_5")])
        #expect(try criteria([text]).fault(figures: figures, scope: TestScope.usual) == "criteria: \(fault)")
    }

    @Test func `that nearly holds does not look as if it held`() throws {
        for (speedup, shown) in [
            (2.4996, "2.4996"), (2.49, "2.49"), (2.44, "2.44"), (2.11, "2.1"), (2.46, "2.46"), (0.004, "0.004"),
        ] {
            #expect(
                try criteria(["speedup >= 2.5"]).fault(figures: figures(speedup: speedup), scope: TestScope.usual)
                    == "criteria: speedup \(shown) < 2.5")
        }
    }

    @Test func `is judged with others`() throws {
        let all = try criteria(["all_tasks_completed", "total_time < 5", "speedup > 3", "efficiency > 0.9"])
        #expect(
            all.fault(figures: figures(), scope: TestScope.usual)
                == "criteria: total_time 7.9 >= 5; efficiency 0.83 <= 0.9")
    }

    @Test func `about tasks counts those that skipped themselves`() throws {
        var figures = figures(states: ["succeeded", "skipped", "skipped"])
        figures.tasks[1].isExcused = true
        let all = try criteria(["all_tasks_completed"])
        #expect(
            all.fault(figures: figures, scope: TestScope.usual) == "criteria: all_tasks_completed: task_6 skipped")
        let many = RunFigures(
            totalTime: 1, speedup: 1, efficiency: 1, tasks: (1...9).map { .init(id: "t\($0)", state: "failed") })
        #expect(
            all.fault(figures: many, scope: TestScope.usual)
                == "criteria: all_tasks_completed: t1 failed, t2 failed, t3 failed, t4 failed, t5 failed and 4 more")
    }

    @Test func `that cannot be read is an error at its place`() throws {
        let faults = try read(
            """
            - all_task_completed
            - total_tim < 5
            - total_time
            - total_time <
            - {total_time: 5}
            -
            - "speedup >= )"
            """
        ).faults
        #expect(
            faults == """
                c:1:3: error: a criterion knows no 'all_task_completed'; did you mean 'all_tasks_completed'?
                c:2:3: error: a criterion knows no 'total_tim'; did you mean 'total_time'?
                c:3:3: error: the criterion 'total_time' compares nothing; write, say, 'total_time < 1200'
                c:4:15: error: a criterion in 'success_criteria': in 'total_time <', at character 13: a value is missing at \
                the end
                c:5:3: error: a criterion is a text, such as 'all_tasks_completed' or 'total_time < 1200', not a mapping
                c:6:2: error: a criterion is a text, such as 'all_tasks_completed' or 'total_time < 1200', not empty
                c:7:15: error: a criterion in 'success_criteria': in 'speedup >= )', at character 12: a value is missing \
                before ')'
                """)
        #expect(
            try read("{a: 1}").faults
                == "c:1:1: error: 'success_criteria' must be a list of criteria, such as 'all_tasks_completed' or 'total_time < 1200', not a mapping"
        )
    }
}
