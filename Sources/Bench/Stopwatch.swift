import Glibc

/// Seconds of CLOCK_MONOTONIC.
struct Stopwatch {
    private let start = Self.nanoseconds()

    var seconds: Double { Double(Self.nanoseconds() - start) / 1e9 }

    static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

/// Prints one result.
func report(_ name: String, _ value: Double) { print("\(name)=\((value * 1000).rounded() / 1000)") }
