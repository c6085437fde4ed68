import Engine
import Jobs
import JSON
import Stores

/// Waits for the end of a run, and tells the client how far it is meanwhile.
struct RunWait {
    let run: RunChoice
    let call: ToolCall

    /// Between two looks, so that a run of many steps costs little.
    private static let pause = Duration.milliseconds(200)
    /// Estimates grow although nothing is stored.
    private static let patience = Duration.seconds(2)

    /// Waits no longer when the server stops, and tells what is known then; the run goes on.
    ///
    /// - Throws: `CancellationError` when the client waits no more; the run goes on.
    func end() async throws -> JSONValue {
        let service = call.context.service
        var seen = service.changes.version
        while true {
            let isStopping = service.changes.isStopping
            var status = try await service.inspect { [run] in try ExecutionStatus.read(run, from: $0) }
            if isStopping, !status.report.isOver {
                status.note = "the server stops; the run goes on: ask for its status when the server is back"
            }
            if isStopping || status.report.isOver { return status.document(withDetails: true) }
            let progress = status.progress
            let ended = progress.total - progress.running - progress.pending
            await call.report(Double(progress.percent), "\(ended) of \(progress.total) tasks have ended")
            try await Task.sleep(for: Self.pause)
            seen = try await service.changes.nextForClient(after: seen, atMost: Self.patience) ?? seen
            _ = try await Workforce.ensure(for: call.context, of: run)
        }
    }
}
