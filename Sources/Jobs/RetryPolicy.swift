/// When a failed attempt is followed by the next: exponential, with full jitter.
package struct RetryPolicy: Sendable {
    /// Milliseconds.
    package var base = 1_000
    package var factor = 2
    package var cap = 300_000

    package init() {}

    /// The longest delay after the `failures`-th failed attempt, from 1: 1 s, 2 s, 4 s … 5 min.
    package func bound(failures: Int) -> Int {
        var bound = base
        for _ in 1..<max(1, failures) where bound < cap { bound *= factor }
        return min(bound, cap)
    }

    /// A delay in milliseconds, uniform over 0…bound, so that jobs that failed together do not return together.
    package func delay(failures: Int, using generator: inout some RandomNumberGenerator) -> Int {
        Int.random(in: 0...bound(failures: failures), using: &generator)
    }
}

/// Random numbers from a seed: the same seed gives the same numbers. (Steele, Lea, Flood 2014: SplitMix64.)
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
