import CLinux

/// The clocks. Tests advance their own; everything else uses `.system`.
package struct Timekeeper: Sendable {
    /// Wall-clock time, for what people read and for due times.
    package let now: @Sendable () -> Timestamp
    /// Milliseconds of CLOCK_BOOTTIME, for leases and durations: it goes on while the host sleeps, and setting the
    /// clock does not move it.
    package let boottime: @Sendable () -> Int

    package init(now: @escaping @Sendable () -> Timestamp, boottime: @escaping @Sendable () -> Int) {
        self.now = now
        self.boottime = boottime
    }

    package static let system = Timekeeper(
        now: { Timestamp(Int(clinux_realtime_ms())) },
        boottime: { Int(clinux_boottime_ms()) })
}
