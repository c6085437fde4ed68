import JSON
import Testing

@testable import Workflows

@Suite struct `Expressions of a Conductor definition` {
    private static let scope = GivenScope(
        roots: [
            "inputs": .object(["a": .integer(7), "k": .string("a"), "list": .list([.string("x")]), "it's": .bool(true)]
            ),
            "vars": .object(["v": .decimal(1.5)]),
            "run": .object(["id": .integer(12), "workflow": .string("flow"), "state": .string("running")]),
        ],
        steps: [
            "first": StepFacts(
                state: "succeeded",
                result: .object(["n": .integer(3), "deep": .object(["a b": .list([.null, .bool(true)])])])),
            "text": StepFacts(state: "succeeded", result: .string("plain")),
            "gone": StepFacts(state: "skipped"),
            "broken": StepFacts(state: "failed", error: "exit code 1"),
            "call": StepFacts(
                state: "succeeded",
                result: .object([
                    "statusCode": .integer(200), "headers": .object(["content-type": .list([.string("t")])]),
                    "body": .object(["n": .integer(1)]),
                ])),
        ])

    /// The value that a text among the inputs of the last task has.
    private func value(_ text: String) throws -> JSONValue {
        let names = ["text", "gone", "broken"].map {
            "{\"name\": \"\($0)\", \"taskReferenceName\": \"\($0)\", \"type\": \"SIMPLE\"}"
        }
        let flow = try workflow(
            conductor(
                names.joined(separator: ",")
                    + ", {\"name\": \"call\", \"taskReferenceName\": \"call\", \"type\": \"HTTP\","
                    + "\"inputParameters\": {\"uri\": \"http://localhost\", \"method\": \"GET\"}},"
                    + "{\"name\": \"last\", \"taskReferenceName\": \"last\", \"inputParameters\": {\"it\": "
                    + JSONValue.string(text).text + "}}"))
        let step = try #require(flow.steps.last)
        // What is stored and read again must mean the same.
        let again = try StepParser.parse(canonical: step.canonical.text)
        guard case .agent(let call) = again.action, let template = call.parameters["it"] else { throw Failure() }
        return try template.evaluate(in: Self.scope)
    }

    private struct Failure: Error {}

    @Test(arguments: [
        ("${workflow.input.a}", "7"), ("n = ${workflow.input.a}!", "\"n = 7!\""), ("${workflow.input.nothing}", "null"),
        ("<${workflow.input.nothing}>", "\"<null>\""), ("${workflow.input.list[0]}", "\"x\""),
        ("${workflow.input[\"it's\"]}", "true"),
        ("${workflow.input.list}${workflow.input.a}", "\"[\\\"x\\\"]7\""),
        ("$${workflow.input.a}", "\"${workflow.input.a}\""),
        ("${workflow.input.${workflow.input.k}}", "7"), ("${workflow.variables.v}", "1.5"), ("${}", "\"\""),
        ("${workflow.workflowId}", "\"12\""), ("${workflow.workflowType}", "\"flow\""), ("${workflow.version}", "1"),
        ("${workflow.status}", "\"RUNNING\""), ("${first.output.n}", "3"), ("${first.output.deep['a b'][1]}", "true"),
        ("${first.output}", "{\"deep\":{\"a b\":[null,true]},\"n\":3}"), ("${first.input.p}", "null"),
        ("${first.input}", "{\"p\":null}"), ("${first.status}", "\"COMPLETED\""), ("${first.taskType}", "\"SIMPLE\""),
        ("${text.output.result}", "\"plain\""), ("${text.output}", "{\"result\":\"plain\"}"),
        ("${gone.output.x.y}", "null"),
        ("${gone.output}", "{}"), ("${gone.status}", "\"SKIPPED\""), ("${broken.status}", "\"FAILED\""),
        ("${broken.reasonForIncompletion}", "\"exit code 1\""), ("${call.output.response.body.n}", "1"),
        ("${call.output.response.statusCode}", "200"), ("${call.output.response.headers.Content-Type[0]}", "\"t\""),
        ("${call.output.response.headers}", "{\"content-type\":[\"t\"]}"),
        ("${call.input.uri}", "\"http://localhost\""),
        ("cost: 5$ or ${", "\"cost: 5$ or ${\""), ("$", "\"$\""), ("${{ 1 }", "\"${{ 1 }\""),
    ])
    func `have the values that Conductor gives them`(text: String, expected: String) throws {
        // The first task's input is the workflow's, which has no x.
        #expect(try value(text).text == expected, "\(text)")
    }

    @Test(arguments: [
        (
            "${firts.output.n}",
            "3:72: error: 'it' in 'inputParameters' of task 'b': 'firts' is no task of this definition; did you mean 'first'?"
        ),
        (
            "x ${first.output..n}",
            "3:87: error: 'it' in 'inputParameters' of task 'b': a name is missing at '.'; JSONPath's '..' is not supported"
        ),
    ])
    func `that cannot be are reported where they stand`(text: String, expected: String) {
        let task = "{\"name\": \"b\", \"taskReferenceName\": \"b\", \"inputParameters\": {\"it\": \"\(text)\"}}"
        #expect(faults(conductor(task)).contains(expected), "\(faults(conductor(task)))")
    }

    @Test(arguments: [
        ("${first.output[*].n}", "of JSONPath only names, [0] and ['name'] are supported"),
        ("${first.output[?(@.n)]}", "of JSONPath only names, [0] and ['name'] are supported"),
        ("${first.output.length()}", "'(' in a path"), ("${first}", "after a task's reference name comes '.output'"),
        ("${workflow}", "after 'workflow' comes '.input'"),
        ("${CPEWF_TASK_ID}", "there is nothing of the name 'CPEWF_TASK_ID'"),
        ("${{ inputs.x }}", "is of the dialects with 'steps' and 'task_id'"),
        ("${b.input.other}", "name what it comes from"),
    ])
    func `of other kinds are refused`(text: String, expected: String) {
        let task = """
            {"name": "b", "taskReferenceName": "b", "inputParameters": {"it": "\(text)", "other": "${first.input.p}"}}
            """
        let found = faults(conductor(task))
        #expect(found.contains(expected), "\(found)")
    }

    @Test func `that nobody can answer yet are null, with a warning`() throws {
        let parsed = WorkflowParser.parse(
            conductor(
                "{\"name\": \"b\", \"taskReferenceName\": \"b\", \"inputParameters\": {\"it\": \"${first.taskId}\"}}"),
            defaultName: "flow")
        #expect(parsed.workflow != nil)
        #expect(
            parsed.diagnostics.map(\.message) == [
                "'it' in 'inputParameters' of task 'b': 'first.taskId' is not known here and is null"
            ])
    }

    @Test func `that take over an input again and again are refused within bounds`() {
        let long = String(repeating: "y", count: 60_000)
        let tasks = (0..<2000).map {
            "{\"name\": \"b\", \"taskReferenceName\": \"b\($0)\", \"inputParameters\": {\"it\": \"${big.input.x}\"}}"
        }
        let text = """
            {"tasks": [{"name": "a", "taskReferenceName": "big", "inputParameters": {"x": "\(long)"}}, \(tasks.joined(separator: ","))]}
            """
        #expect(faults(text).contains("take over too much altogether"))
    }
}
