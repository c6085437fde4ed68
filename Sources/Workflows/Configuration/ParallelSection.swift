/// The section `parallel` of `weir.yaml`: what runners and jobs take where nobody says otherwise.
package struct ParallelSection: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case flag(Bool)
        /// `timeout` in milliseconds, `memory_limit` in MiB.
        case number(Int)
        case name(String)
        /// Written as `none`: without a limit.
        case none
    }

    package struct Entry: Sendable, Equatable {
        package let value: Value
        package let place: Place

        package init(_ value: Value, place: Place) {
            self.value = value
            self.place = place
        }
    }

    /// By key; every value lies within its limits.
    package var entries: [String: Entry] = [:]

    package init() {}

    package static let keys = [
        "enabled", "profile", "workers", "timeout", "retries", "monitoring", "batch_size", "memory_limit",
    ]
    package static let profiles = ["conservative", "balanced", "performance", "maximum", "auto"]
    package static let workers = 1...10_000
    package static let retries = 0...1_000_000
    package static let batchSizes = 1...10_000
    /// MiB.
    package static let memoryLimits = 1...16_777_216
    /// Milliseconds; ten years at most.
    package static let timeouts = 1...315_360_000_000
}
