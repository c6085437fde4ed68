package import Jobs
import Synchronization

/// A clock that stands still until a test moves it.
package final class TestTime: Sendable {
    /// 2026-01-01 00:00:00 UTC.
    package static let start = Timestamp(1_767_225_600_000)

    private let elapsed = Mutex(0)

    package init() {}

    package var now: Timestamp { TestTime.start.advanced(by: elapsed.withLock { $0 }) }

    package func advance(by milliseconds: Int) { elapsed.withLock { $0 += milliseconds } }

    /// CLOCK_BOOTTIME moves with the wall clock, from one hour after the boot.
    package var timekeeper: Timekeeper {
        Timekeeper(now: { self.now }, boottime: { self.elapsed.withLock { 3_600_000 + $0 } })
    }
}
