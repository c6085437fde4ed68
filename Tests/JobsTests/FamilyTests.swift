import Glibc
import Jobs
import TestSupport
import Testing

/// `WEIR_SEEDS=1-300` tests these seeds.
private let seeds: ClosedRange<UInt64> = {
    guard let text = getenv("WEIR_SEEDS").map({ String(cString: $0) }) else { return 1...30 }
    let bounds = text.split(separator: "-").compactMap { UInt64($0) }
    guard let first = bounds.first, let last = bounds.last, first <= last else { return 1...1 }
    return first...last
}()

@Suite struct `Parts, runs within runs and handlers` {
    @Test(arguments: seeds)
    func `keep every rule in any order of what can happen, and come to an end`(seed: UInt64) throws {
        try withJobStore(seed: seed) { store, time in
            let second = try openJobStore(store.path, time, seed: seed)
            defer { second.close() }
            try FamilySchedule([store, second], time, seed: seed).execute(steps: 120)
        }
    }
}
