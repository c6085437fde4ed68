/// A set of defaults for runners and jobs. Single values, wherever they stand, go before it.
package enum Profile: String, CaseIterable, Sendable {
    case conservative, balanced, performance, maximum
    /// Slots follow the load of the machine.
    case auto

    /// Slots of a runner; of `auto`, those that it begins with.
    package func workers(processors: Int) -> Int {
        switch self {
        case .conservative: 2
        case .balanced: max(1, processors / 2)
        case .performance, .auto: processors
        case .maximum: processors * 2
        }
    }

    /// Milliseconds of each attempt; `nil`: none.
    package var timeout: Int? {
        switch self {
        case .conservative: 600_000
        case .balanced: 300_000
        case .performance: 180_000
        case .maximum: 120_000
        case .auto: nil
        }
    }

    /// MiB of each job's processes; `nil`: none.
    package var memoryLimit: Int? {
        switch self {
        case .conservative: 256
        case .balanced: 512
        case .performance: 1_024
        case .maximum: 2_048
        case .auto: nil
        }
    }

    package var batchSize: Int {
        switch self {
        case .conservative: 5
        case .balanced, .auto: 10
        case .performance: 20
        case .maximum: 50
        }
    }
}
