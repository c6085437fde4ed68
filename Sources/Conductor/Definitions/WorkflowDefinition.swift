package import JSON

/// A definition of Conductor's, checked.
package struct WorkflowDefinition {
    package let json: JSONValue
    package let name: String
    package let version: Int
    let tasks: [WorkflowTask]
    /// By reference name.
    let byReference: [String: WorkflowTask]

    var outputs: [String: JSONValue] { json.members("outputParameters") }
    var inputTemplate: [String: JSONValue] { json.members("inputTemplate") }
    var variables: [String: JSONValue] { json.members("variables") }
    /// No task holds others, or waits for any where all may run side by side.
    var isFlat: Bool {
        tasks.allSatisfy { $0.kind == .simple || $0.kind == .http } && LooseOrder(tasks).isEmpty
    }
    /// Seconds; builders write a time without a policy, which is that of nothing but an alert.
    var timeout: Int? {
        guard json.text("timeoutPolicy") == "TIME_OUT_WF", let seconds = json.whole("timeoutSeconds"), seconds > 0
        else { return nil }
        return seconds
    }

    /// Tasks of one definition.
    static let mostTasks = 10_000

    /// - Throws: a fault that tells every error.
    package init(_ json: JSONValue) throws(ConductorFault) {
        guard json.object != nil else {
            throw ConductorFault(400, "a workflow's definition is an object, not \(json.kindName)")
        }
        var reader = WorkflowTaskReader()
        tasks = reader.tasks(json["tasks"], path: "tasks")
        var errors = reader.errors
        if json.text("name") == nil { errors.append(("name", "WorkflowDef name cannot be null or empty")) }
        if tasks.isEmpty, errors.isEmpty { errors.append(("tasks", "WorkflowTask list cannot be empty")) }
        if let given = json["version"]?.present, (json.whole("version") ?? 0) < 1 {
            errors.append(("version", "must be a whole number of at least 1, not \(given.text)"))
        }
        for key in ["outputParameters", "inputTemplate", "variables"] {
            if let value = json[key]?.present, value.object == nil {
                errors.append((key, "must be an object, not \(value.kindName)"))
            }
        }
        if let policy = json.text("timeoutPolicy"), policy != "ALERT_ONLY", policy != "TIME_OUT_WF" {
            errors.append(("timeoutPolicy", "'\(policy)' is not ALERT_ONLY or TIME_OUT_WF"))
        }
        if let excess = json.excess("timeoutSeconds") { errors.append(("timeoutSeconds", excess)) }
        let all = tasks.flatMap(\.all)
        if all.count > Self.mostTasks { errors.append(("tasks", "\(all.count) tasks; \(Self.mostTasks) is the most")) }
        guard errors.isEmpty else { throw .invalid(errors) }
        self.json = json
        name = json.text("name") ?? ""
        version = json.whole("version") ?? 1
        byReference = Dictionary(all.map { ($0.reference, $0) }) { first, _ in first }
    }

    /// As clients get it: what was given, and the defaults.
    static func json(_ given: JSONValue, createdAt: Int, updatedAt: Int) -> JSONValue {
        var members: [String: JSONValue] = [
            "version": .integer(1), "schemaVersion": .integer(2), "restartable": .bool(true),
            "timeoutSeconds": .integer(0), "timeoutPolicy": .string("ALERT_ONLY"), "inputParameters": .list([]),
            "outputParameters": .object([:]), "variables": .object([:]), "inputTemplate": .object([:]),
        ]
        for (key, value) in given.object ?? [:] where value != .null { members[key] = value }
        members["createTime"] = .integer(createdAt)
        members["updateTime"] = .integer(updatedAt)
        return .object(members)
    }
}
