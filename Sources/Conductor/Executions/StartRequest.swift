package import JSON

/// What starts an execution.
package struct StartRequest: Sendable {
    package var name: String
    /// `nil`: the highest.
    package var version: Int?
    /// Executed without being registered.
    package var definition: JSONValue?
    package var input = JSONValue.object([:])
    package var correlationID: String?
    package var taskToDomain = JSONValue.object([:])
    /// 0 to 99.
    package var priority = 0
    package var idempotencyKey: String?
    /// FAIL, FAIL_ON_RUNNING or RETURN_EXISTING.
    package var idempotencyStrategy = "FAIL"
    /// All tasks at once, and one that fails stops no other.
    package var isParallel = false
    /// The SUB_WORKFLOW task that waits for it.
    var parentTask: String?
    /// `nil`: a new one.
    var id: String?

    package init(name: String) { self.name = name }

    /// Conductor's StartWorkflowRequest.
    package init(_ json: JSONValue) throws(ConductorFault) {
        guard json.object != nil else { throw ConductorFault(400, "the request is an object, not \(json.kindName)") }
        definition = json["workflowDef"]?.object.map { .object($0) }
        guard let name = json.text("name") ?? definition?.text("name") else {
            throw .invalid("name", "Workflow name cannot be null or empty")
        }
        self.name = name
        version = json.whole("version").flatMap { $0 > 0 ? $0 : nil }
        input = try Self.object(json, "input")
        taskToDomain = try Self.object(json, "taskToDomain")
        correlationID = json.text("correlationId")
        priority = json.whole("priority") ?? 0
        idempotencyKey = json.text("idempotencyKey")
        idempotencyStrategy = json.text("idempotencyStrategy") ?? "FAIL"
    }

    private static func object(_ json: JSONValue, _ key: String) throws(ConductorFault) -> JSONValue {
        guard let value = json[key]?.present else { return .object([:]) }
        guard value.object != nil else { throw .invalid(key, "must be an object, not \(value.kindName)") }
        return value
    }
}
