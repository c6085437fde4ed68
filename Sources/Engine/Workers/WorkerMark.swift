import Jobs

/// What every process of one worker of a runner's bears. It follows from the runner and a small number, so that the
/// workers of a runner that died are found although nothing of them was stored.
struct WorkerMark: Hashable, Sendable {
    /// Workers that one runner may have at once.
    static let limit = 1_024

    let runner: RunnerID
    /// Below `limit`; another worker has it once all of this one's processes are gone.
    let number: Int

    /// The value of `WEIR_LEASE`.
    func lease(in databaseID: String) -> String { "\(databaseID).r\(runner).\(number)" }

    func mark(in databaseID: String) -> UInt64 { AttemptKey.mark(of: lease(in: databaseID)) }

    /// Every mark that workers of the runner can have.
    static func all(of runner: RunnerID) -> [WorkerMark] {
        (0..<limit).map { WorkerMark(runner: runner, number: $0) }
    }
}
