import Engine
import Jobs

/// How far a task is, in whole per cent: 0 before it starts, 100 once it succeeded, and in between while it runs, also
/// where nobody knows how far it is.
struct TaskPercent: Equatable {
    /// Where the figure of a running task comes from.
    enum Source: String, CaseIterable {
        case reported  // the job told, by `weir progress` or its worker's messages
        case history  // the time that it took in earlier runs
        case timeout  // its share of the time that it may take
        case elapsed  // nothing is known but that it runs
        case parts  // the mean of its parts
    }

    let value: Int
    /// `nil`: it does not run.
    let source: Source?

    /// - Parameter typical: how long it took in earlier runs, in milliseconds.
    init(_ step: RunReport.Step, typical: Int?) {
        switch step.state {
        case .succeeded, .skipped: self.init(value: 100, source: nil)
        case .running, .reclaiming: self = Self.running(step, typical: typical)
        case .failed, .cancelled: self.init(value: step.progress.map { min(99, max(0, Int($0))) } ?? 0, source: nil)
        case .blocked, .scheduled, .ready: self.init(value: 0, source: nil)
        }
    }

    init(value: Int, source: Source?) {
        self.value = value
        self.source = source
    }

    private static func running(_ step: RunReport.Step, typical: Int?) -> TaskPercent {
        let elapsed = Double(step.duration)
        if let told = step.progress { return within(told, .reported) }
        if let typical, typical > 0 { return within(curve(elapsed / Double(typical)) * 100, .history) }
        if let timeout = step.timeout, timeout > 0 { return within(elapsed / Double(timeout) * 100, .timeout) }
        // Half after a minute, three quarters after three.
        return within(elapsed / (elapsed + 60_000) * 100, .elapsed)
    }

    /// Straight up to nine tenths of the usual time, then ever slower: what takes longer than usual never seems done.
    private static func curve(_ share: Double) -> Double {
        share <= 0.9 ? share : 0.9 + 0.1 * (share - 0.9) / (share - 0.9 + 0.5)
    }

    private static func within(_ percent: Double, _ source: Source) -> TaskPercent {
        TaskPercent(value: min(99, max(1, Int(percent))), source: source)
    }
}
