import JSON
import Yams

/// A definition of Conductor → a workflow. Each task becomes one step whose id is the task's reference name.
struct ConductorReader {
    let findings: Findings
    let defaultName: String

    /// Definitions within definitions.
    var depth = 0

    /// `nil`, or a workflow of no use, when errors were reported.
    func read(_ root: Node) -> Workflow? {
        guard let definition = ConductorObject(root, title: "the definition", findings: findings) else { return nil }
        guard let field = definition["tasks"] else {
            findings.error("the definition has no 'tasks'", at: definition.place)
            return nil
        }
        guard let tasks = field.list(of: "tasks") else { return nil }
        if tasks.isEmpty { findings.error("'tasks' is empty; a workflow has at least one task", at: field.place) }
        let index = ConductorIndex(tasks, findings: findings)
        let text = ConductorText(index: index, findings: findings, isOpen: false)
        let version = definition["version"]?.text() ?? "1"
        text.version =
            Int(version).map { ConductorText.literal(.integer($0)) } ?? ConductorText.literal(.string(version))

        let tasksReader = ConductorTaskReader(index: index, text: text, findings: findings, depth: depth)
        var flow = ConductorFlow()
        if let first = variables(definition, index, text) {
            flow.steps.append(first)
            flow.tails = [Dependency(step: first.id, condition: .succeeded, place: first.place)]
        }
        flow.order = ConductorOrder(after: flow.tails)
        tasksReader.sequence(tasks, into: &flow)
        flow.addReads()

        let head = WorkflowHeadReader(findings: findings)
        var workflow = Workflow(
            name: definition["name"].map { head.name($0, else: defaultName) } ?? defaultName, steps: flow.steps)
        workflow.dialect = .conductor
        workflow.version = version
        workflow.description = definition.textIfAny("description")
        workflow.metadata = metadata(definition)
        workflow.timeout = timeout(definition)
        workflow.output = output(definition, flow, text)
        workflow.handlers.failure = failureWorkflow(definition, index, text).map { [$0] } ?? []
        workflow.inputs = inputs(definition, text)
        if !index.hasFaults { WorkflowCheck(workflow: workflow, findings: findings).report() }
        return workflow
    }

    /// Who owns it and what it carries along; nothing acts upon it.
    private func metadata(_ definition: ConductorObject) -> [String: JSONValue] {
        var metadata = definition["metadata"]?.json()?.object ?? [:]
        metadata["ownerEmail"] = definition.textIfAny("ownerEmail").map { .string($0) }
        return metadata
    }

    /// Builders write a time without a policy, which is that of nothing but an alert.
    private func timeout(_ definition: ConductorObject) -> Duration? {
        let policy = definition["timeoutPolicy"]?.nonEmptyText() ?? "ALERT_ONLY"
        if let field = definition["timeoutPolicy"], !["ALERT_ONLY", "TIME_OUT_WF"].contains(policy) {
            field.reject("ALERT_ONLY or TIME_OUT_WF")
        }
        let seconds = definition.seconds("timeoutSeconds")
        return policy == "TIME_OUT_WF" ? seconds : nil
    }

    /// Every name that the definition declares, gives a value or reads. Others may be given as well.
    private func inputs(_ definition: ConductorObject, _ text: ConductorText) -> [Input] {
        var inputs: [Input] = []
        var known: Set<String> = []
        func add(_ name: String, _ value: JSONValue?, at place: Place) {
            guard isIdentifier(name) else { return }
            guard known.insert(name).inserted else {
                if let value, let position = inputs.firstIndex(where: { $0.name == name }) {
                    inputs[position].defaultValue = value
                }
                return
            }
            var input = Input(name: name, place: place)
            input.defaultValue = value
            inputs.append(input)
        }
        let template = definition["inputTemplate"]?.entries(of: "names and values") ?? []
        for entry in template { add(entry.key, entry.json().flatMap { $0 == .null ? nil : $0 }, at: entry.keyPlace) }
        for node in definition["inputParameters"]?.list(of: "names") ?? [] {
            guard case .scalar(let scalar) = node else {
                findings.error(
                    "an entry of 'inputParameters' of the definition is a name, not \(description(of: node))",
                    at: findings.place(node.mark))
                continue
            }
            add(scalar.string, nil, at: findings.place(node.mark))
        }
        for name in text.inputNames.sorted() { add(name, nil, at: definition.place) }
        return inputs
    }

    /// The run begins with its variables' first values.
    private func variables(_ definition: ConductorObject, _ index: ConductorIndex, _ text: ConductorText) -> Step? {
        let members = definition.members("variables")
        guard !members.isEmpty, let place = definition["variables"]?.place else { return nil }
        return Step(
            id: free("variables", index), name: "variables", action: .set(text.values(members)), place: place)
    }

    /// What the definition says, else what the last task left.
    private func output(_ definition: ConductorObject, _ flow: ConductorFlow, _ text: ConductorText) -> JSONTemplate? {
        let members = definition.members("outputParameters")
        guard members.isEmpty else { return .object(text.values(members)) }
        let sources = flow.last.map { "\(ConductorText.step($0)).result" }
        guard !sources.isEmpty, let field = definition["tasks"] else { return nil }
        do throws(ConductorFault) {
            let source = (sources + ["null"]).joined(separator: " ?? ")
            return .text(Template(parts: [.expression(try text.expression(source))]))
        } catch {
            field.report(error)
            return nil
        }
    }

    /// Another workflow that is told which run has failed, and with what input.
    private func failureWorkflow(
        _ definition: ConductorObject, _ index: ConductorIndex, _ text: ConductorText
    ) -> Step? {
        guard let field = definition["failureWorkflow"], definition.textIfAny("failureWorkflow") != nil,
            let name = text.template(field)
        else { return nil }
        var call = WorkflowCall(.file(name))
        do throws(ConductorFault) {
            for (name, source) in [
                ("workflowId", "string(run.id)"), ("failureStatus", "'FAILED'"), ("reason", "run.error"),
                ("input", "inputs"),
            ] {
                call.inputs[name] = .text(Template(parts: [.expression(try text.expression(source))]))
            }
        } catch {
            field.report(error)
        }
        return Step(
            id: free("failure_workflow", index), name: "failure workflow", action: .workflow(call), place: field.place)
    }

    /// An id that no task has.
    private func free(_ name: String, _ index: ConductorIndex) -> String {
        let taken = Set(index.entries.values.map { $0.id.lowercased() })
        var id = name
        while taken.contains(id) { id += "_" }
        return id
    }
}
