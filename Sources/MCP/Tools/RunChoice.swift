import Jobs

/// A run as clients name it.
enum RunChoice: Sendable {
    case run(RunID)
    /// By the id that Conductor's API gives.
    case execution(String)

    /// - Throws: `ToolFailure`
    init(_ arguments: ToolArguments, _ name: String = "workflow_execution_id") throws {
        if let text = try? arguments.text(name), Self.isUUID(text) {
            self = .execution(text)
        } else if let number = try arguments.id(name) {
            self = .run(RunID(number))
        } else {
            throw ToolFailure("the argument '\(name)' is missing")
        }
    }

    /// What answers call it.
    var text: String {
        switch self {
        case .run(let run): "\(run)"
        case .execution(let id): id
        }
    }

    /// - Throws: `ToolFailure` for an execution that is not there.
    func run(in transaction: JobTransaction) throws -> RunID {
        switch self {
        case .run(let run): return run
        case .execution(let id):
            guard let execution = try transaction.execution(id) else {
                throw ToolFailure("there is no execution \(id)")
            }
            return execution.run
        }
    }

    private static func isUUID(_ text: String) -> Bool {
        text.utf8.count == 36 && text.split(separator: "-").map(\.utf8.count) == [8, 4, 4, 4, 12]
    }
}
