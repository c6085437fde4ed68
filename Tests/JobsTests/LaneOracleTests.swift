import Glibc
import Jobs
import SQLite
import TestSupport
import Testing

/// `WEIR_SEEDS=1-300` tests these seeds, for each of the two.
private let seeds: ClosedRange<UInt64> = {
    guard let text = getenv("WEIR_SEEDS").map({ String(cString: $0) }) else { return 1...40 }
    let bounds = text.split(separator: "-").compactMap { UInt64($0) }
    guard let first = bounds.first, let last = bounds.last, first <= last else { return 1...1 }
    return first...last
}()

@Suite struct `A claim takes what a full search finds` {
    @Test(arguments: seeds)
    func `where every job asks for one unit`(seed: UInt64) throws {
        try withJobStore(seed: seed) { store, time in
            try LaneSchedule(store, time, seed: seed, maxAmount: 1).execute(steps: 120)
        }
    }

    @Test(arguments: seeds)
    func `where jobs ask for one to four units`(seed: UInt64) throws {
        try withJobStore(seed: seed) { store, time in
            try LaneSchedule(store, time, seed: seed, maxAmount: 4).execute(steps: 120)
        }
    }
}
