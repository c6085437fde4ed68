import JSON
import Jobs
import SQLite
import TestSupport

@testable import Conductor

/// A database, a clock that stands still, and Conductor's operations on it.
struct ConductorStage {
    let store: JobStore
    let time: TestTime
    static let place = OrchestraPlace(directory: "/", bootID: "boot")

    @discardableResult
    func change<R>(_ body: (Orchestra) throws -> R) throws -> R {
        try store.write { try body(Orchestra($0, place: Self.place)) }
    }

    func look<R>(_ body: (Orchestra) throws -> R) throws -> R {
        try store.look { try body(Orchestra($0, place: Self.place)) }
    }

    func define(_ text: String) throws {
        let definition = try WorkflowDefinition(try JSONValue(parsing: text))
        try store.write {
            try $0.storeWorkflowDefinition(definition.name, version: definition.version, text: definition.json.text)
        }
    }

    func defineTask(_ text: String) throws {
        let definition = try TaskDefinition(try JSONValue(parsing: text))
        try store.write { try $0.storeTaskDefinition(definition.name, text: text) }
    }

    func start(_ name: String, input: String = "{}", change edit: (inout StartRequest) -> Void = { _ in }) throws
        -> String
    {
        var request = StartRequest(name: name)
        request.input = try JSONValue(parsing: input)
        edit(&request)
        return try change { orchestra in
            let id = try orchestra.start(request)
            try orchestra.settle()
            return id
        }
    }

    func poll(_ name: String) throws -> JSONValue? {
        try change { try $0.poll(RemoteType(name), worker: "w", count: 1).first }
    }

    func update(_ task: JSONValue?, _ status: String = "COMPLETED", output: String = "{}") throws {
        let id = task?.text("taskId") ?? ""
        let result = try JSONValue(
            parsing:
                #"{"taskId":"\#(id)","status":"\#(status)","outputData":\#(output),"reasonForIncompletion":"said so"}"#)
        try change { _ = try $0.update(result) }
    }

    func work(_ name: String, _ status: String = "COMPLETED", output: String = "{}") throws {
        try update(try poll(name), status, output: output)
    }

    func workflow(_ id: String) throws -> JSONValue { try look { try $0.workflow(id) } }
    func status(_ id: String) throws -> String? { try workflow(id).text("status") }

    /// Reference names and statuses, in order.
    func tasks(_ id: String) throws -> [String] {
        try workflow(id).elements("tasks").map { "\($0.text("referenceTaskName") ?? "") \($0.text("status") ?? "")" }
    }

    func settle() throws { try change { try $0.settle() } }
}

func withStage(_ body: (ConductorStage) throws -> Void) throws {
    try withJobStore { store, time in try body(ConductorStage(store: store, time: time)) }
}

func simple(_ names: String...) -> String {
    names.map { #"{"name":"\#($0)","taskReferenceName":"\#($0)","type":"SIMPLE"}"# }.joined(separator: ",")
}
