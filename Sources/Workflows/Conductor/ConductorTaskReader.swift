import JSON
import Yams

/// Lists of tasks → steps that wait for one another.
struct ConductorTaskReader {
    let index: ConductorIndex
    let text: ConductorText
    let findings: Findings
    /// Definitions within definitions.
    var depth = 0
    /// Loops within loops.
    var loops = 0

    /// The fork that a JOIN belongs to.
    private struct Fork {
        let task: ConductorTask
        /// The ends of its branches, and the references of the last tasks.
        var ends: [Dependency] = []
        var references: [String] = []
        var isDynamic = false
    }

    /// Reads tasks that run one after another; the first waits for `flow.tails`.
    func sequence(_ nodes: [Node], into flow: inout ConductorFlow) {
        var fork: Fork?
        for (position, node) in nodes.enumerated() {
            guard let task = ConductorTask(node, number: position + 1, findings: findings) else { continue }
            if let open = fork, task.type != "JOIN", !open.isDynamic {
                open.task.error(
                    "is a FORK_JOIN; the task after it must be a JOIN, which says what to wait for", at: task.typePlace)
            }
            let before = fork
            fork = nil
            let (first, tails) = (flow.steps.count, flow.tails)
            switch task.type {
            case "FORK_JOIN": fork = readFork(task, into: &flow)
            case "JOIN": readJoin(task, of: before, into: &flow)
            case "SWITCH", "DECISION": readSwitch(task, into: &flow)
            default:
                // What others wait for is there even where it could not be read.
                add(action(of: task) ?? .value(.value(.null)), of: task, to: &flow)
                if task.type == "FORK_JOIN_DYNAMIC" { fork = Fork(task: task, isDynamic: true) }
            }
            flow.loosen(since: first, waitingFor: tails, as: index.stance(of: task.reference))
        }
    }

    // MARK: Forks

    private func readFork(_ task: ConductorTask, into flow: inout ConductorFlow) -> Fork {
        add(.value(.value(.object([:]))), of: task, to: &flow)
        let start = flow.tails
        var fork = Fork(task: task)
        guard let field = task["forkTasks"], let branches = field.list(of: "lists of tasks") else {
            task.error("is a FORK_JOIN without 'forkTasks'")
            return fork
        }
        for branch in branches {
            guard case .sequence(let tasks) = branch else {
                findings.error(
                    "a branch of \(field.title) must be a list of tasks, not \(description(of: branch))",
                    at: findings.place(branch.mark))
                continue
            }
            var inner = ConductorFlow(tails: start)
            sequence(Array(tasks), into: &inner)
            flow.steps += inner.steps
            guard !inner.steps.isEmpty else { continue }
            fork.ends += inner.tails
            flow.last = inner.last
            let last = tasks.last?.mapping?.first { $0.key.scalar?.string == "taskReferenceName" }?.value.scalar
            if let last { fork.references.append(last.string) }
        }
        if !fork.ends.isEmpty { flow.tails = ConductorFlow.unique(fork.ends) }
        return fork
    }

    /// Its result has the outputs of what it waits for, by reference name.
    private func readJoin(_ task: ConductorTask, of fork: Fork?, into flow: inout ConductorFlow) {
        if let field = task["expression"] {
            findings.error("a JOIN with a script is not supported; \(ConductorScript.advice)", at: field.place)
        }
        if let fork, fork.isDynamic {
            let source = "\(ConductorText.step(fork.task.id)).result"
            return add(.value(expression(source, task)), of: task, to: &flow)
        }
        let given = task["joinOn"].map { field in
            (field.list(of: "reference names") ?? []).compactMap { node -> String? in
                guard case .scalar(let name) = node else {
                    findings.error("\(field.title) has reference names only", at: findings.place(node.mark))
                    return nil
                }
                guard let known = index[name.string], known.loop == text.loop, name.string != task.reference else {
                    let hint = findings.hint(for: name.string, among: fork?.references ?? [])
                    findings.error(
                        "\(task.title) joins \(quoted(name.string)), which is no task before it\(hint)",
                        at: findings.place(name.mark))
                    return nil
                }
                return name.string
            }
        }
        let references = given ?? fork?.references ?? []
        if let fork {
            flow.tails = [Dependency(step: fork.task.id, condition: .succeeded, place: task.place)]
            let own = index[fork.task.reference]
            let ends = fork.ends.sorted { index.number(of: $0.step) < index.number(of: $1.step) }
            for reference in references {
                guard let known = index[reference] else { continue }
                let isWithin = own.map { $0.number < known.number && known.number <= $0.lastNumber } ?? false
                flow.tails.append(passed(known.id, task))
                if isWithin { flow.tails += inner(ends, of: known).map { passed($0.step, task) } }
            }
        } else {
            flow.tails += references.compactMap { reference in index[reference].map { passed($0.id, task) } }
        }
        flow.tails = ConductorFlow.unique(flow.tails)
        let (first, start) = (flow.steps.count, flow.order?.start(of: .join) ?? [])
        var outputs: [String: JSONTemplate] = [:]
        for reference in references {
            guard let known = index[reference] else { continue }
            outputs[reference] = output(of: known, task)
        }
        add(.value(.object(outputs)), of: task, to: &flow)
        guard fork == nil, flow.order != nil else { return }
        // Without a fork it has but its list to wait for.
        let joined = references.compactMap { reference in index[reference].map { passed($0.id, task) } }
        flow.steps[first].looseDependencies = ConductorFlow.unique(start + joined)
    }

    private func passed(_ id: String, _ task: ConductorTask) -> Dependency {
        Dependency(step: id, condition: .passed, place: task.place)
    }

    /// Those ends of branches that are within a task: a JOIN that names a SWITCH waits for its cases.
    ///
    /// - Parameter ends: in the order of the text.
    private func inner(_ ends: [Dependency], of known: ConductorIndex.Entry) -> ArraySlice<Dependency> {
        guard known.lastNumber > known.number, known.type != "DO_WHILE" else { return [] }
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if index.number(of: ends[middle].step) <= known.number { low = middle + 1 } else { high = middle }
        }
        return ends[low...].prefix { index.number(of: $0.step) <= known.lastNumber }
    }

    // MARK: Switches

    /// A step that chooses, and a condition on the first step of each case: what depends on a step that was skipped is
    /// skipped with it.
    private func readSwitch(_ task: ConductorTask, into flow: inout ConductorFlow) {
        add(.value(choice(of: task) ?? .value(.null)), of: task, to: &flow)
        let start = Dependency(step: task.id, condition: .succeeded, place: task.place)
        let chosen = "\(ConductorText.step(task.id)).result.selectedCase"
        let cases = task["decisionCases"]?.entries(of: "cases and their tasks") ?? []
        var inner = cases.map {
            readCase($0, "\(chosen) == \(ConductorText.literal(.string($0.key)))", after: start)
        }
        if let field = task["defaultCase"], case .sequence(let tasks) = field.value, !tasks.isEmpty {
            let known = cases.map { ConductorText.literal(.string($0.key)) }.joined(separator: ", ")
            inner.append(readCase(field, "!contains([\(known)], \(chosen))", after: start))
        }
        flow.tails = [start]
        flow.last = []
        for inner in inner where !inner.steps.isEmpty {
            flow.steps += inner.steps
            flow.tails += inner.tails.map { Dependency(step: $0.step, condition: .passed, place: $0.place) }
            flow.last += inner.last
        }
        flow.tails = ConductorFlow.unique(flow.tails)
        flow.last.append(task.id)
    }

    private func readCase(_ field: Field, _ condition: String, after start: Dependency) -> ConductorFlow {
        var flow = ConductorFlow(tails: [start])
        guard let tasks = field.list(of: "tasks") else { return flow }
        do throws(ConductorFault) {
            flow.condition = try text.expression(condition)
        } catch {
            field.report(error)
        }
        sequence(tasks, into: &flow)
        return flow
    }

    // MARK: Steps

    /// Adds the task's one step, behind all that it waits for.
    func add(_ action: StepAction, of task: ConductorTask, to flow: inout ConductorFlow) {
        if let delay = task.object.seconds("startDelay") {
            var wait = Step(
                id: "\(task.id).delay", name: "\(task.name), delay",
                action: .wait(.duration(Template(plain: "\(delay.components.seconds)s"))), place: task.place)
            append(&wait, to: &flow)
        }
        var step = Step(id: task.id, name: task.name, action: action, place: task.place)
        step.description = task.object.textIfAny("description")
        step.continueOnError = task["optional"]?.flag() ?? false
        // A task that has failed for good ends the workflow and cancels what runs.
        if !step.continueOnError { step.parallel.isolateErrors = false }
        if case .agent = action {
            step.retries = retries(of: task)
            step.timeout = timeout(of: task)
        } else if case .http(_) = action {
            // Built-in tasks are not tried again unless they say so.
            step.retries = task["retryCount"]?.integer(in: Limits.retries) ?? 0
            step.timeout = requestTimeout(of: task)
        }
        if task["asyncComplete"]?.flag() == true {
            findings.warning(
                "'asyncComplete' of \(task.title) has no effect: the task is complete when its step ends",
                at: task["asyncComplete"]?.place ?? task.place)
        }
        append(&step, to: &flow)
    }

    private func append(_ step: inout Step, to flow: inout ConductorFlow) {
        step.dependencies = flow.tails
        step.condition = flow.condition
        flow.condition = nil
        flow.steps.append(step)
        flow.tails = [Dependency(step: step.id, condition: .succeeded, place: step.place)]
        flow.last = [step.id]
    }

    private func retries(of task: ConductorTask) -> Int? {
        task["retryCount"]?.integer(in: Limits.retries)
            ?? task.object.object("taskDefinition")?["retryCount"]?.integer(in: Limits.retries)
    }

    private func timeout(of task: ConductorTask) -> Duration? {
        guard let definition = task.object.object("taskDefinition"),
            definition["timeoutPolicy"]?.text() != "ALERT_ONLY"
        else { return nil }
        return definition.seconds("timeoutSeconds")
    }

    // MARK: Expressions

    func expression(_ source: String, _ task: ConductorTask) -> JSONTemplate {
        do throws(ConductorFault) {
            return .text(Template(parts: [.expression(try text.expression(source))]))
        } catch {
            task.error(error.message)
            return .value(.null)
        }
    }

    private func output(of known: ConductorIndex.Entry, _ task: ConductorTask) -> JSONTemplate {
        let field = Field(
            key: "joinOn", keyPlace: task.place, value: Node(""), title: "'joinOn' of \(task.title)", findings: findings
        )
        do throws(ConductorFault) {
            let source = try text.output(of: ConductorText.step(known.id), type: known.type, [], field)
            return .text(Template(parts: [.expression(try text.expression(source))]))
        } catch {
            task.error(error.message)
            return .value(.null)
        }
    }
}
