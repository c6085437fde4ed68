import Engine
import Jobs
import Stores

/// Whether anybody executes what is stored.
enum Workforce {
    /// Sees to it that somebody does, where that is allowed.
    ///
    /// - Parameter run: of whom it is asked; `nil`: jobs of no run.
    /// - Returns: what the client should know; `nil`: a runner lives.
    static func ensure(for context: ToolContext, of run: RunChoice? = nil) async throws -> String? {
        if case .execution? = run {
            return "its tasks are done by workers that poll the server: weir serve --db \(context.service.path)"
        }
        guard try await !context.service.inspect({ try isThere($0) }) else { return nil }
        if let crew = context.crew { return try crew.ensureRunner() }
        return
            "no runner lives, so that nothing is executed until one is started: weir runner --db \(context.service.path)"
    }

    /// A runner that takes jobs of every run.
    private static func isThere(_ store: JobStore) throws -> Bool {
        try RunnerSurvey(of: store).serving.contains { runner in
            runner.kind != .run && runner.serving.isPlain && runner.serves(queue: "default", isInRun: true)
        }
    }
}
