import Engine
import Synchronization

/// Who executes which type of job.
final class HandlerRegistry: Sendable {
    private struct State {
        var bodies: [String: TaskBody] = [:]
        var isFrozen = false
    }

    private let state = Mutex(State())

    var types: [String] { state.withLock { $0.bodies.keys.sorted() } }

    func add(_ type: String, _ body: @escaping TaskBody) throws {
        try state.withLock { state in
            guard !state.isFrozen else {
                throw WeirError(
                    .registration, "'\(type)' comes too late: register every handler before the first runner starts")
            }
            guard state.bodies[type] == nil else {
                throw WeirError(.registration, "'\(type)' has a handler already; a type is registered once")
            }
            state.bodies[type] = body
        }
    }

    /// All that were registered; none comes after that, since runners say what they serve when they start.
    func freeze() -> [String: TaskBody] {
        state.withLock { state in
            state.isFrozen = true
            return state.bodies
        }
    }
}
