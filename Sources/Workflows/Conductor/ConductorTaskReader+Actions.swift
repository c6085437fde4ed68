import JSON
import Yams

/// What each type of task does.
extension ConductorTaskReader {
    private static let types = [
        "SIMPLE", "FORK_JOIN", "JOIN", "FORK_JOIN_DYNAMIC", "SWITCH", "DECISION", "DO_WHILE", "HTTP", "INLINE",
        "LAMBDA",
        "SUB_WORKFLOW", "WAIT", "SET_VARIABLE", "TERMINATE", "HUMAN", "NOOP",
    ]

    /// What stands for the types that are not executed.
    private static let instead = [
        "EVENT": "an HTTP task can post to the queue, or a SIMPLE task's agent",
        "KAFKA_PUBLISH": "a SIMPLE task's agent can publish, such as kcat",
        "JSON_JQ_TRANSFORM": "a SIMPLE task's agent can be jq, or ${…} takes out parts of an output",
        "DYNAMIC": "a SWITCH chooses among tasks, and FORK_JOIN_DYNAMIC takes tasks as data",
        "EXCLUSIVE_JOIN": "a JOIN waits for all; what was skipped counts as ended",
        "START_WORKFLOW": "SUB_WORKFLOW starts a workflow and waits for it",
        "HTTP_POLL": "a DO_WHILE around an HTTP and a WAIT task asks again and again",
        "BUSINESS_RULE": "a SIMPLE task's agent can decide", "GET_DOCUMENT": "an HTTP task fetches a document",
        "WAIT_FOR_WEBHOOK": "a WAIT task without a time waits for a signal",
        "PULL_WORKFLOW_MESSAGES": "a WAIT task without a time waits for a signal",
    ]

    /// `nil`: its faults were reported.
    func action(of task: ConductorTask) -> StepAction? {
        switch task.type {
        case "": return nil
        case "SIMPLE": return simple(task)
        case "FORK_JOIN_DYNAMIC": return dynamicFork(task)
        case "DO_WHILE": return loop(task)
        case "HTTP": return http(task)
        case "INLINE", "LAMBDA": return inline(task)
        case "SUB_WORKFLOW": return subWorkflow(task)
        case "WAIT": return wait(task)
        case "SET_VARIABLE": return .set(text.values(task.inputs))
        case "TERMINATE": return terminate(task)
        case "HUMAN":
            return .approval(Approval(message: task.object.textIfAny("description").map { Template(plain: $0) }))
        case "NOOP": return .value(.value(.object([:])))
        default:
            let isModel = task.type.hasPrefix("LLM_") || task.type.hasPrefix("GENERATE_") || task.type.contains("MCP")
            if let advice = Self.instead[task.type] ?? (isModel ? "a SIMPLE task's agent can ask a model" : nil) {
                task.error("is of type \(task.type), which is not executed here; \(advice)", at: task.typePlace)
            } else {
                let hint = findings.hint(for: task.type, among: Self.types)
                task.error("is of type \(quoted(task.type)), which is not known\(hint)", at: task.typePlace)
            }
            return nil
        }
    }

    private func simple(_ task: ConductorTask) -> StepAction? {
        guard isIdentifier(task.name) else {
            task.error(
                "has the name \(quoted(task.name)), which cannot be an agent's; a name has 1 to 128 of the characters "
                    + "A-Z, a-z, 0-9, '.', '_', '-' and does not begin with '.'", at: task["name"]?.place)
            return nil
        }
        var call = AgentCall(agent: task.name)
        call.isTask = true
        var fields = task.inputs
        let template = task.object.object("taskDefinition")?.members("inputTemplate") ?? [:]
        fields.merge(template) { own, _ in own }
        call.parameters = text.values(fields)
        // A worker of Conductor is given its inputs and nothing else.
        call.seesContext = false
        return .agent(call)
    }

    // MARK: Parts

    /// Its value is a list with one entry that stands for the tasks that come (see `StepParser.parse`).
    private func dynamicFork(_ task: ConductorTask) -> StepAction? {
        if let field = task.inputs["forkTaskName"] ?? task.inputs["forkTaskWorkflow"] {
            findings.error(
                "\(field.title): copies of one task are not supported; give tasks by 'dynamicForkTasksParam'",
                at: field.keyPlace)
            return nil
        }
        func parameter(_ key: String, _ usual: String) -> JSONTemplate? {
            let name = task.object.textIfAny(key) ?? usual
            guard let field = task.inputs[name] else {
                task.error("has no \(quoted(name)) in 'inputParameters', which '\(key)' names", at: task[key]?.place)
                return nil
            }
            return text.value(field)
        }
        guard let tasks = parameter("dynamicForkTasksParam", "dynamicTasks"),
            let inputs = parameter("dynamicForkTasksInputParamName", "dynamicTasksInputs")
        else { return nil }
        return .dynamic(.list([.object([ConductorTasks.key: tasks, "inputs": inputs])]))
    }

    private func loop(_ task: ConductorTask) -> StepAction? {
        guard let field = task["loopOver"], let tasks = field.list(of: "tasks") else {
            task.error("is a DO_WHILE without 'loopOver'")
            return nil
        }
        if tasks.isEmpty { findings.error("\(field.title) is empty", at: field.place) }
        guard loops < StepReader.maximumDepth else {
            findings.error("loops within loops are at most \(StepReader.maximumDepth) deep", at: field.place)
            return nil
        }
        let outer = text.loop
        text.loop = task.reference
        defer { text.loop = outer }
        var reader = self
        reader.loops += 1
        var flow = ConductorFlow()
        reader.sequence(tasks, into: &flow)
        if let items = task.inputs["items"] {
            findings.error(
                "\(items.title): a loop over a list is not supported; FORK_JOIN_DYNAMIC takes tasks as data",
                at: items.keyPlace)
            return nil
        }
        guard let script = task["loopCondition"], let source = script.nonEmptyText() else {
            if task["loopCondition"] == nil { task.error("is a DO_WHILE without 'loopCondition'") }
            return nil
        }
        do throws(ConductorFault) {
            let condition = try ConductorScript.translate(source) { path, offset throws(ConductorFault) in
                try loopValue(path, offset, task, script)
            }
            var loop = Loop(steps: flow.steps, condition: try text.expression(condition))
            loop.limit = 100_000
            return .loop(loop)
        } catch {
            script.report(error)
            return nil
        }
    }

    /// `$.LOOP.iteration`, `$.TASK.member` and the loop's own parameters.
    private func loopValue(
        _ path: ArraySlice<ConductorPath.Segment>, _ offset: Int, _ task: ConductorTask, _ field: Field
    ) throws(ConductorFault) -> String {
        guard case .name(let name)? = path.first else {
            throw ConductorFault("a name is missing after '$'", at: offset)
        }
        let below = path.dropFirst()
        if name == task.reference {
            if below == [.name("iteration")] { return "iteration" }
            throw ConductorFault("of the loop itself only '$.\(name).iteration' is known", at: offset)
        }
        if let parameter = task.inputs[name], let value = text.value(parameter) {
            return try text.source(of: value, below, field)
        }
        guard let known = index[name] else {
            let hint = findings.hint(for: name, among: text.names)
            throw ConductorFault("\(quoted(name)) is neither a task nor a parameter of the loop\(hint)", at: offset)
        }
        return try text.output(of: ConductorText.step(known.id), type: known.type, below, field)
    }

    private func subWorkflow(_ task: ConductorTask) -> StepAction? {
        guard let object = task.object.object("subWorkflowParam") else {
            if task["subWorkflowParam"] == nil { task.error("is a SUB_WORKFLOW without 'subWorkflowParam'") }
            return nil
        }
        let reference: WorkflowCall.Reference
        if let field = object["workflowDefinition"] {
            guard case .mapping = field.value else {
                field.reject("a definition, written out")
                return nil
            }
            guard depth < 16 else {
                findings.error("definitions within definitions are at most 16 deep", at: field.place)
                return nil
            }
            // Its faults belong to this file; the run reads it again.
            _ = ConductorReader(findings: findings, defaultName: task.name, depth: depth + 1).read(field.value)
            guard case .object(let members)? = field.json() else { return nil }
            reference = .inline(JSONValue.object(members).text)
        } else if let field = object["name"], let name = text.template(field) {
            reference = .file(name)
        } else {
            if object["name"] == nil { task.error("names no workflow: 'subWorkflowParam' has no 'name'") }
            return nil
        }
        var call = WorkflowCall(reference)
        call.inputs = text.values(task.inputs)
        return .workflow(call)
    }

    // MARK: Waits and ends

    private func wait(_ task: ConductorTask) -> StepAction? {
        if let field = task.inputs["duration"] {
            guard let template = text.template(field) else { return nil }
            if let plain = template.plainText, DurationText.parseLong(plain) == nil {
                field.reject("a duration such as 2s, 1 minute 30 seconds or 1d 2h")
                return nil
            }
            return .wait(.duration(template))
        }
        guard let field = task.inputs["until"] ?? task.inputs["wait_until"] else { return .wait(.signal) }
        guard let template = text.template(field) else { return nil }
        guard let plain = template.plainText else { return .wait(.until(template)) }
        guard let moment = ConductorTime.utc(plain) else {
            field.reject("a time such as 2030-01-31, 2030-01-31 08:00 or 2030-01-31 08:00 GMT+02:00")
            return nil
        }
        return .wait(.until(Template(plain: moment)))
    }

    private func terminate(_ task: ConductorTask) -> StepAction? {
        var end = RunEnd(state: .succeeded)
        if let field = task.inputs["terminationStatus"] {
            switch field.text() {
            case "COMPLETED"?: break
            case "FAILED"?: end.state = .failed
            case "TERMINATED"?: end.state = .cancelled
            case nil: return nil
            default:
                field.reject("COMPLETED, FAILED or TERMINATED")
                return nil
            }
        }
        end.reason = task.inputs["terminationReason"].flatMap { text.template($0) }
        if let field = task.inputs["workflowOutput"], let output = text.value(field) {
            // Other than a mapping it stands under 'output'; what an expression gives is known only then.
            if case .value(let value) = output, value != .null {
                end.output = .object(["output": output])
            } else if case .list = output {
                end.output = .object(["output": output])
            } else {
                end.output = output
            }
        }
        return .end(end)
    }
}
