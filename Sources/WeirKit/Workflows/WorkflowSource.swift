import Engine
import JSON
import Workflows

/// Where a workflow comes from.
public enum WorkflowSource: Sendable {
    /// A path, or the name of a workflow in `.conductor/workflows`.
    case file(String)
    /// A document of any dialect that `weir run` takes, in YAML or JSON.
    case text(String, name: String = "workflow")
    /// Tasks for agents; each starts once those that it depends on have succeeded, and is told their results.
    case tasks([AgentTask], name: String = "tasks")

    func document(in directory: String) throws -> WorkflowDocument {
        switch self {
        case .file(let name): try WorkflowDocument.read(name, in: directory)
        case .text(let text, _): WorkflowDocument(path: nil, text: text)
        case .tasks(let tasks, let name):
            WorkflowDocument(
                path: nil,
                text: JSONValue.object(["name": .string(name), "tasks": .list(tasks.map(\.json))]).text)
        }
    }

    var defaultName: String? {
        switch self {
        case .file(let path): WorkflowDocument.name(of: path)
        case .text(_, let name), .tasks(_, let name): name
        }
    }
}

/// A task for an agent of `weir.yaml`.
public struct AgentTask: Sendable {
    /// Unique among the tasks.
    public var id: String
    /// What is to be done, in words.
    public var task: String
    /// Who does it.
    public var agent: String
    /// The ids of those that must have succeeded before.
    public var deps: [String]

    /// Makes a task.
    public init(id: String, task: String, agent: String, deps: [String] = []) {
        self.id = id
        self.task = task
        self.agent = agent
        self.deps = deps
    }

    var json: JSONValue {
        .object([
            "id": .string(id), "task": .string(task), "agent": .string(agent),
            "deps": .list(deps.map { .string($0) }),
        ])
    }
}

/// A fault of a workflow, or something that its author may have meant otherwise.
public struct WorkflowIssue: Sendable, Hashable, CustomStringConvertible {
    /// Whether the workflow can still be run.
    public let isWarning: Bool
    /// Where it is in the document, from 1.
    public let line: Int
    /// Where it is in its line, from 1.
    public let column: Int
    /// What is wrong and, where that is known, how to mend it.
    public let message: String

    init(_ diagnostic: Diagnostic) {
        isWarning = diagnostic.severity == .warning
        line = diagnostic.line
        column = diagnostic.column
        message = diagnostic.message
    }

    /// As compilers print it: `14:3: error: …`
    public var description: String { "\(line):\(column): \(isWarning ? "warning" : "error"): \(message)" }
}
