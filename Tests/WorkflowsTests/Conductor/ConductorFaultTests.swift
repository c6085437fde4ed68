import Testing

@testable import Workflows

@Suite struct `A Conductor definition with faults` {
    @Test(arguments: [
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"EVENT\"}",
            "3:38: error: task 'b' is of type EVENT, which is not executed here; an HTTP task can post to the queue, or a SIMPLE task's agent"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"SIMPEL\"}",
            "3:38: error: task 'b' is of type 'SIMPEL', which is not known; did you mean 'SIMPLE'?"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"LLM_TEXT_COMPLETE\"}",
            "is of type LLM_TEXT_COMPLETE, which is not executed here; a SIMPLE task's agent can ask a model"
        ),
        ("{\"taskReferenceName\": \"b\", \"type\": \"JSON_JQ_TRANSFORM\"}", "a SIMPLE task's agent can be jq"),
        ("{\"taskReferenceName\": \"b\", \"type\": \"DYNAMIC\"}", "a SWITCH chooses among tasks"),
        ("{\"taskReferenceName\": \"b\", \"type\": \"KAFKA_PUBLISH\"}", "is of type KAFKA_PUBLISH"),
        (
            "{\"taskReferenceName\": \"first\"}",
            "3:25: error: the taskReferenceName 'first' is taken by the task in line 2"
        ),
        ("{\"taskReferenceName\": \"FIRST\"}", "the taskReferenceNames 'first' and 'FIRST' are too alike"),
        ("{\"taskReferenceName\": \".b\"}", "the taskReferenceName '.b' cannot be used"),
        ("{\"name\": \"b\"}", "3:3: error: task 2 has no 'taskReferenceName'"),
        ("5", "task 2 must be a mapping, not '5'"),
        ("{\"taskReferenceName\": \"b\", \"name\": \"a b\"}", "has the name 'a b', which cannot be an agent's"),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"FORK_JOIN\", \"forkTasks\": [[{\"taskReferenceName\": \"c\"}]]}, {\"taskReferenceName\": \"d\"}",
            "the task after it must be a JOIN"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"FORK_JOIN\", \"forkTasks\": [{\"taskReferenceName\": \"c\"}]}",
            "a branch of 'forkTasks' of task 'b' must be a list of tasks, not a mapping"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"JOIN\", \"joinOn\": [\"frist\"]}",
            "joins 'frist', which is no task before it"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"SWITCH\", \"expression\": \"k\"}",
            "'expression' of task 'b': 'inputParameters' has no 'k'"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"SWITCH\", \"evaluatorType\": \"javascript\", \"expression\": \"new Date()\"}",
            "3:93: error: 'expression' of task 'b': 'new' is not supported; Weir has no script engine"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"INLINE\", \"inputParameters\": {\"evaluatorType\": \"python\", \"expression\": \"1\"}}",
            "is a script of 'python'"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"DO_WHILE\", \"loopOver\": [{\"taskReferenceName\": \"c\"}]}",
            "is a DO_WHILE without 'loopCondition'"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"DO_WHILE\", \"loopCondition\": \"$.d.x\", \"loopOver\": [{\"taskReferenceName\": \"c\"}]}",
            "'d' is neither a task nor a parameter of the loop"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"HTTP\", \"inputParameters\": {\"http_request\": {\"uri\": \"ftp://x\"}}}",
            "is 'ftp://x'; it begins with http:// or https://"
        ),
        ("{\"taskReferenceName\": \"b\", \"type\": \"HTTP\"}", "is an HTTP task without 'uri'"),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"WAIT\", \"inputParameters\": {\"duration\": \"soon\"}}",
            "must be a duration such as 2s"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"WAIT\", \"inputParameters\": {\"until\": \"2030-13-01\"}}",
            "must be a time such as"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"TERMINATE\", \"inputParameters\": {\"terminationStatus\": \"DONE\"}}",
            "must be COMPLETED, FAILED or TERMINATED, not 'DONE'"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"SUB_WORKFLOW\", \"subWorkflowParam\": {\"name\": \"x\", \"workflowDefinition\": {\"tasks\": [{\"taskReferenceName\": \"i\", \"type\": \"EVENT\"}]}}}",
            "task 'i' is of type EVENT"
        ),
        (
            "{\"taskReferenceName\": \"b\", \"type\": \"FORK_JOIN_DYNAMIC\", \"dynamicForkTasksParam\": \"t\"}",
            "has no 't' in 'inputParameters'"
        ),
        ("{\"task_id\": 4}", "is of the tasks dialect"),
    ])
    func `says what is wrong, and where`(task: String, expected: String) {
        let found = faults(conductor(task))
        #expect(found.contains(expected), "\(found)")
    }

    @Test func `tells all of them at once`() {
        let found = faults(
            """
            {"name": "x", "timeoutPolicy": "NEVER", "inputParameters": [{}], "tasks": [
              {"taskReferenceName": "a", "type": "EVENT"},
              {"taskReferenceName": "b", "retryCount": "many", "inputParameters": {"x": "${c.output.y}"}}]}
            """)
        #expect(
            found == """
                flow.yaml:1:32: error: 'timeoutPolicy' of the definition must be ALERT_ONLY or TIME_OUT_WF, not 'NEVER'
                flow.yaml:1:61: error: an entry of 'inputParameters' of the definition is a name, not a mapping
                flow.yaml:2:38: error: task 'a' is of type EVENT, which is not executed here; an HTTP task can post to the queue, or a SIMPLE task's agent
                flow.yaml:3:44: error: 'retryCount' of task 'b' must be a whole number from 0 to 1000, not 'many'
                flow.yaml:3:80: error: 'x' in 'inputParameters' of task 'b': 'c' is no task of this definition; did you mean 'a'?
                """)
    }

    @Test func `with a long chain and a wide switch is read in linear time`() throws {
        let cases = (0..<2000).map { "\"c\($0)\": [{\"taskReferenceName\": \"s\($0)\"}]" }
        let tasks = (0..<20_000).map {
            "{\"taskReferenceName\": \"t\($0)\", \"inputParameters\": {\"x\": \"${t0.output.y}\"}}"
        }
        let text = """
            {"tasks": [\(tasks.joined(separator: ",")), {"taskReferenceName": "sw", "type": "SWITCH", "expression": "k",
              "inputParameters": {"k": 1}, "decisionCases": {\(cases.joined(separator: ","))}}, {"taskReferenceName": "end"}]}
            """
        let flow = try workflow(text)
        #expect(flow.steps.count == 22_002)
        #expect(flow.steps.last?.dependencies.count == 2001)
    }
}
