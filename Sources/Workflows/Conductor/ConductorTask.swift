import Yams

/// One entry of a list of tasks.
struct ConductorTask {
    let object: ConductorObject
    /// `taskReferenceName`.
    let reference: String
    /// The step's id.
    let id: String
    let type: String
    let name: String
    let place: Place
    /// `inputParameters`.
    let inputs: [String: Field]
    var title: String { object.title }
    var findings: Findings { object.findings }

    /// `nil`, with an error reported, when the entry is no task.
    init?(_ node: Node, number: Int, findings: Findings) {
        let given = node.mapping?.first { $0.key.scalar?.string == "taskReferenceName" }?.value.scalar?.string
        let title = given.map { "task \(quoted($0))" } ?? "task \(number)"
        guard let object = ConductorObject(node, title: title, findings: findings) else { return nil }
        self.object = object
        type = object["type"].map { $0.nonEmptyText() ?? "" } ?? "SIMPLE"
        inputs = object.members("inputParameters")
        guard let field = object["taskReferenceName"] else {
            findings.error("\(title) has no 'taskReferenceName'", at: object.place)
            return nil
        }
        guard let reference = field.nonEmptyText() else { return nil }
        self.reference = reference
        id = ConductorIndex.id(of: reference)
        place = field.place
        name = object.textIfAny("name") ?? reference
    }

    subscript(key: String) -> Field? { object[key] }

    var typePlace: Place { object["type"]?.place ?? place }

    func error(_ message: String, at place: Place? = nil) {
        findings.error("\(title) \(message)", at: place ?? self.place)
    }
}

/// A list of tasks as steps, as far as it was read.
struct ConductorFlow {
    var steps: [Step] = []
    /// What the next task waits for.
    var tails: [Dependency] = []
    /// The steps of which one left the last output, the likeliest first.
    var last: [String] = []
    /// What only the first step that follows has.
    var condition: Expression?
    /// Of the definition's own list; `nil` within branches, cases and rounds, whose order always counts.
    var order: ConductorOrder?
}
