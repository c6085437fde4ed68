import JSON

/// What there is below `workflow` and below a task.
extension ConductorText {
    func ofWorkflow(
        _ rest: ArraySlice<ConductorPath.Segment>, _ path: ConductorPath, _ field: Field
    ) throws(ConductorFault) -> String {
        guard case .name(let part)? = rest.first else {
            throw ConductorFault("after 'workflow' comes '.input', '.variables' or the like", at: path.offsets[0])
        }
        let below = rest.dropFirst()
        switch part {
        case "input":
            if case .name(let name)? = below.first { inputNames.insert(name) }
            return try orNull("inputs", below, field)
        case "variables": return try orNull("vars", below, field)
        case "status":
            return Self.chosen(
                "run.state", ["succeeded": "COMPLETED", "failed": "FAILED", "cancelled": "TERMINATED"], else: "RUNNING")
        case "workflowId": return "string(run.id)"
        case "workflowType", "workflowName": return "run.workflow"
        case "version", "workflowVersion": return version
        case "schemaVersion": return "2"
        case "createTime", "startTime": return "run.startedAt"
        default: return unknown("workflow.\(part)", at: path.offsets[1], field)
        }
    }

    func ofTask(
        _ reference: String, id: String, _ known: ConductorIndex.Entry?, _ rest: ArraySlice<ConductorPath.Segment>,
        _ path: ConductorPath, _ field: Field
    ) throws(ConductorFault) -> String {
        let step = Self.step(id)
        guard case .name(let part)? = rest.first else {
            throw ConductorFault(
                "after a task's reference name comes '.output', '.input' or the like", at: path.offsets[0])
        }
        let below = rest.dropFirst()
        switch part {
        case "output":
            if reference == loop, below.count == 1, below.first == .name("iteration") { return "iteration" }
            return try output(of: step, type: known?.type ?? "SIMPLE", below, field)
        case "input":
            guard let known else { return unknown("\(reference).input", at: path.offsets[1], field) }
            return try input(of: known, below, path, field)
        case "status":
            return Self.chosen(
                "\(step).state",
                [
                    "succeeded": "COMPLETED", "failed": "FAILED", "skipped": "SKIPPED", "cancelled": "CANCELED",
                    "running": "IN_PROGRESS",
                ], else: "SCHEDULED")
        case "reasonForIncompletion": return "\(step).error"
        case "taskType": return Self.literal(.string(known?.type ?? "SIMPLE"))
        case "taskDefName": return Self.literal(.string(known?.name ?? reference))
        case "referenceTaskName": return Self.literal(.string(reference))
        case "iteration":
            if reference == loop || (loop != nil && known?.loop == loop) { return "iteration" }
            if known?.type == "DO_WHILE" { return try orNull("\(step).result", [.name("iteration")], field) }
            return "0"
        default: return unknown("\(reference).\(part)", at: path.offsets[1], field)
        }
    }

    /// What a task left, in the shape that Conductor gives it.
    func output(
        of step: String, type: String, _ below: ArraySlice<ConductorPath.Segment>, _ field: Field
    ) throws(ConductorFault) -> String {
        switch type {
        case "FORK_JOIN", "JOIN", "FORK_JOIN_DYNAMIC", "SWITCH", "DECISION", "DO_WHILE", "INLINE", "LAMBDA",
            "SET_VARIABLE", "NOOP":
            return try orNull("\(step).result", below, field)
        case "HTTP":
            guard below.first == .name("response") else {
                return try orNull("object('response', \(step).result ?? null)", below, field)
            }
            var inner = Array(below.dropFirst())
            // Names of headers are kept in small letters.
            if inner.count > 1, inner[0] == .name("headers"), case .name(let name) = inner[1] {
                inner[1] = .name(name.lowercased())
            }
            return try orNull("\(step).result", inner[...], field)
        default:
            return try orNull(
                below.isEmpty ? "asObject(\(step).result ?? null)" : "asObject(\(step).result)", below, field)
        }
    }

    private func input(
        of task: ConductorIndex.Entry, _ below: ArraySlice<ConductorPath.Segment>, _ path: ConductorPath, _ field: Field
    ) throws(ConductorFault) -> String {
        try checkBudget()
        guard !isWithinInput else {
            throw ConductorFault("the input refers to an input that refers to another; name what it comes from")
        }
        isWithinInput = true
        defer { isWithinInput = false }
        guard case .name(let name)? = below.first else {
            return try source(of: .object(values(task.inputs)), [], field)
        }
        guard let parameter = task.inputs[name] else { return "null" }
        // Faults of the parameter were, or will be, reported where it stands.
        return try value(parameter).map { value throws(ConductorFault) in
            try source(of: value, below.dropFirst(), field)
        } ?? "null"
    }

    private func unknown(_ what: String, at offset: Int, _ field: Field) -> String {
        findings.warning("\(field.title): '\(what)' is not known here and is null", at: field.exactPlace(of: offset))
        return "null"
    }

    private func orNull(
        _ base: String, _ below: ArraySlice<ConductorPath.Segment>, _ field: Field
    ) throws(ConductorFault) -> String {
        below.isEmpty && !base.hasSuffix(".result") ? base : try member(base, below, field) + " ?? null"
    }

    func member(
        _ base: String, _ below: ArraySlice<ConductorPath.Segment>, _ field: Field
    ) throws(ConductorFault) -> String {
        var text = base
        for segment in below {
            switch segment {
            case .name(let name): text += Self.member(name)
            case .index(let index): text += "[\(index)]"
            case .nested(let path): text += "[string(\(try source(of: path, field)))]"
            }
        }
        return text
    }
}
