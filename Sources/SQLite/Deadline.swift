import CLinux

/// A point in time until which to wait. Time in which the host slept counts.
struct Deadline {
    private let milliseconds: Int64

    init(after time: Duration) { milliseconds = clinux_boottime_ms() + time.milliseconds }

    var isOver: Bool { clinux_boottime_ms() >= milliseconds }

    /// Zero when it is over.
    var remaining: Duration { .milliseconds(max(0, milliseconds - clinux_boottime_ms())) }
}
