import JSON

/// One task of a definition.
struct WorkflowTask {
    enum Kind: String, CaseIterable {
        case simple = "SIMPLE", fork = "FORK_JOIN", dynamicFork = "FORK_JOIN_DYNAMIC", join = "JOIN", choice = "SWITCH"
        case loop = "DO_WHILE", subWorkflow = "SUB_WORKFLOW", wait = "WAIT", human = "HUMAN", set = "SET_VARIABLE"
        case terminate = "TERMINATE", dynamic = "DYNAMIC", noop = "NOOP", http = "HTTP"
    }

    let json: JSONValue
    let name: String
    let reference: String
    let kind: Kind
    let isOptional: Bool
    var inputs: [String: JSONValue] { json.members("inputParameters") }
    var joinOn: [String] { json.elements("joinOn").compactMap(\.string) }
    /// Seconds.
    var startDelay: Int { max(0, json.whole("startDelay") ?? 0) }
    var branches: [[WorkflowTask]] = []
    var cases: [String: [WorkflowTask]] = [:]
    var defaultCase: [WorkflowTask] = []
    var rounds: [WorkflowTask] = []

    /// All that it holds, itself first.
    var all: [WorkflowTask] {
        [self]
            + (branches + cases.sorted { $0.key < $1.key }.map(\.value) + [defaultCase, rounds]).joined().flatMap(\.all)
    }

    /// As tasks of the API have it: forks of both sorts are alike.
    var taskType: String {
        switch kind {
        case .fork, .dynamicFork: "FORK"
        case .simple: name
        default: kind.rawValue
        }
    }
}

/// Reads tasks, and reports every fault of a definition in one go.
struct WorkflowTaskReader {
    private(set) var errors: [(path: String, message: String)] = []
    private var references: Set<String> = []
    /// Tasks within tasks.
    private static let mostLevels = 32

    mutating func tasks(_ value: JSONValue?, path: String, level: Int = 0) -> [WorkflowTask] {
        guard let value = value?.present else { return [] }
        guard let entries = value.list else {
            fault(path, "must be a list of tasks, not \(value.kindName)")
            return []
        }
        guard level < Self.mostLevels else {
            fault(path, "tasks within tasks are at most \(Self.mostLevels) deep")
            return []
        }
        return entries.enumerated().compactMap { task($1, path: "\(path)[\($0)]", level: level) }
    }

    private mutating func fault(_ path: String, _ message: String) { errors.append((path, message)) }

    private mutating func task(_ json: JSONValue, path: String, level: Int) -> WorkflowTask? {
        guard json.object != nil else {
            fault(path, "a task is an object, not \(json.kindName)")
            return nil
        }
        let given = json.text("type") ?? "SIMPLE"
        guard let kind = kind(given) else {
            let known = WorkflowTask.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            fault("\(path).type", "tasks of type \(given) are not supported here; there are \(known)")
            return nil
        }
        guard let reference = json.text("taskReferenceName") else {
            fault("\(path).taskReferenceName", "taskReferenceName cannot be null or empty")
            return nil
        }
        guard let name = json.text("name") ?? (kind == .simple ? nil : reference) else {
            fault("\(path).name", "name of the task '\(reference)' cannot be null or empty")
            return nil
        }
        if !references.insert(reference).inserted {
            fault("\(path).taskReferenceName", "taskReferenceName: \(reference) should be unique across tasks")
        }
        var task = WorkflowTask(
            json: json, name: name, reference: reference, kind: kind, isOptional: json.flag("optional"))
        if let inputs = json["inputParameters"]?.present, inputs.object == nil {
            fault("\(path).inputParameters", "must be an object, not \(inputs.kindName)")
        }
        for key in ["startDelay", "retryCount"] {
            if let excess = json.excess(key) { fault("\(path).\(key)", excess) }
        }
        if let inline = json["taskDefinition"] {
            for key in TaskDefinition.wholes {
                if let excess = inline.excess(key) { fault("\(path).taskDefinition.\(key)", excess) }
            }
        }
        readParts(of: &task, path: path, level: level)
        return task
    }

    private func kind(_ given: String) -> WorkflowTask.Kind? {
        switch given {
        case "DECISION": .choice
        case "FORK": .fork
        case "USER_DEFINED": .simple
        default: WorkflowTask.Kind(rawValue: given)
        }
    }

    private mutating func readParts(of task: inout WorkflowTask, path: String, level: Int) {
        let json = task.json
        switch task.kind {
        case .fork:
            for (number, branch) in json.elements("forkTasks").enumerated() {
                task.branches.append(tasks(branch, path: "\(path).forkTasks[\(number)]", level: level + 1))
            }
            if task.branches.isEmpty { fault("\(path).forkTasks", "a FORK_JOIN has at least one branch") }
        case .choice:
            for (name, value) in json.members("decisionCases").sorted(by: { $0.key < $1.key }) {
                task.cases[name] = tasks(value, path: "\(path).decisionCases.\(name)", level: level + 1)
            }
            task.defaultCase = tasks(json["defaultCase"], path: "\(path).defaultCase", level: level + 1)
            let evaluator = json.text("evaluatorType") ?? "value-param"
            if evaluator != "value-param" || json.text("caseExpression") != nil {
                let advice = "use value-param, which takes the value of an input"
                fault("\(path).evaluatorType", "a SWITCH with a script is not supported; \(advice)")
            } else if json.text("expression") == nil, json.text("caseValueParam") == nil {
                fault("\(path).expression", "names the input whose value chooses the case, and is missing")
            }
        case .loop:
            task.rounds = tasks(json["loopOver"], path: "\(path).loopOver", level: level + 1)
            if task.rounds.isEmpty { fault("\(path).loopOver", "a DO_WHILE has at least one task") }
            do throws(ConductorFault) {
                _ = try LoopCondition(json.text("loopCondition") ?? "")
            } catch {
                fault("\(path).loopCondition", error.message)
            }
        case .subWorkflow:
            let parameters = json["subWorkflowParam"]
            if parameters?.text("name") == nil, parameters?["workflowDefinition"]?.object == nil {
                fault("\(path).subWorkflowParam", "names the workflow to start, and is missing")
            }
        case .dynamic:
            if json.text("dynamicTaskNameParam") == nil {
                fault("\(path).dynamicTaskNameParam", "names the input with the task's name, and is missing")
            }
        case .dynamicFork:
            if json.text("dynamicForkTasksParam") == nil {
                fault("\(path).dynamicForkTasksParam", "names the input with the tasks, and is missing")
            }
        default: break
        }
    }
}
