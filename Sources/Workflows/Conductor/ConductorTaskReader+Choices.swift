import JSON

/// SWITCH and INLINE tasks: values of parameters, or of scripts that need no engine.
extension ConductorTaskReader {
    /// The result of a SWITCH.
    func choice(of task: ConductorTask) -> JSONTemplate? {
        let field: Field
        let isScript: Bool
        if let name = task["caseValueParam"] {
            (field, isScript) = (name, false)
        } else if let script = task["caseExpression"] {
            (field, isScript) = (script, true)
        } else if let expression = task["expression"] {
            let kind = task["evaluatorType"]?.nonEmptyText() ?? "value-param"
            guard kind == "value-param" || Self.isScript(kind) else {
                task["evaluatorType"]?.reject("value-param or javascript")
                return nil
            }
            (field, isScript) = (expression, kind != "value-param")
        } else {
            task.error("is a \(task.type) without 'expression'")
            return nil
        }
        guard let source = value(of: field, isScript: isScript, task) else { return nil }
        let chosen = expression("string(\(source))", task)
        return .object(["selectedCase": chosen, "evaluationResult": .list([chosen])])
    }

    private static func isScript(_ kind: String) -> Bool { ["javascript", "graaljs", "js"].contains(kind) }

    func inline(_ task: ConductorTask) -> StepAction? {
        guard let field = task.inputs["expression"] ?? task["expression"] ?? task.inputs["scriptExpression"] else {
            task.error("is an \(task.type) without 'expression'")
            return nil
        }
        let kindField = task.inputs["evaluatorType"] ?? task["evaluatorType"]
        let kind = kindField.map { $0.nonEmptyText() ?? "" } ?? "javascript"
        guard kind == "value-param" || Self.isScript(kind) else {
            findings.error(
                "\(task.title) is a script of \(quoted(kind)); \(ConductorScript.advice)",
                at: kindField?.place ?? task.place)
            return nil
        }
        guard let source = value(of: field, isScript: kind != "value-param", task) else { return nil }
        return .value(.object(["result": expression(source, task)]))
    }

    /// The value of a script, or of the parameter that the text names.
    private func value(of field: Field, isScript: Bool, _ task: ConductorTask) -> String? {
        guard let given = field.nonEmptyText() else { return nil }
        do throws(ConductorFault) {
            if isScript {
                return try ConductorScript.translate(given) { path, offset throws(ConductorFault) in
                    try parameter(path, offset, task, field)
                }
            }
            return try parameter([.name(given)], 0, task, field)
        } catch {
            field.report(error)
            return nil
        }
    }

    private func parameter(
        _ path: ArraySlice<ConductorPath.Segment>, _ offset: Int, _ task: ConductorTask, _ field: Field
    ) throws(ConductorFault) -> String {
        guard case .name(let name)? = path.first else {
            throw ConductorFault("a name is missing after '$'", at: offset)
        }
        guard let parameter = task.inputs[name] else {
            let hint = findings.hint(for: name, among: task.inputs.keys.sorted())
            throw ConductorFault("'inputParameters' has no \(quoted(name))\(hint)", at: offset)
        }
        guard let value = text.value(parameter) else { return "null" }
        return try text.source(of: value, path.dropFirst(), field)
    }
}
