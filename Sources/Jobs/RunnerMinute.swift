/// What one runner did within one minute; see the table `runner_minutes`.
package struct RunnerMinute: Sendable, Equatable {
    /// Unix time in minutes.
    package let minute: Int
    /// Jobs.
    package var succeeded = 0
    /// Jobs that failed for good.
    package var failed = 0
    /// Attempts that failed or took too long, and are followed by another.
    package var retried = 0
    /// Attempts that were cancelled or interrupted.
    package var stopped = 0
    /// Milliseconds: the durations of all but the stopped ones, summed and by length.
    package var run = 0
    package var durations = DurationHistogram()
    /// Scripts of less than a second.
    package var shortScripts = 0
    /// Attempts that were begun, and the milliseconds that they had been ready, summed and by length.
    package var waits = 0
    package var wait = 0
    package var waitLengths = DurationHistogram()
    /// Milliseconds in which slots were taken, summed over them, and of all slots.
    package var busy = 0
    package var slotTime = 0
    package var slots = 0
    /// Ready jobs, summed over looks.
    package var queued = 0
    package var samples = 0
    /// KiB.
    package var memory: Int?

    package init(_ minute: Int) { self.minute = minute }

    /// Attempts whose durations are counted.
    package var attempts: Int { succeeded + failed + retried }
}

extension Timestamp {
    /// Unix time in whole minutes.
    package var minute: Int { rawValue / 60_000 }
}
