import Testing

@testable import Engine

@Suite struct `What was taken over time` {
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    @Test(arguments: 1...50)
    func `agrees with a count at each moment`(seed: UInt64) {
        var numbers = Numbers(state: seed)
        let uses = (0..<Int.random(in: 0...30, using: &numbers)).map { _ in
            let start = Int.random(in: 0..<40, using: &numbers)
            return Occupancy.Use(
                start: start, end: start + Int.random(in: 0...12, using: &numbers),
                amount: Int.random(in: 1...3, using: &numbers))
        }
        let levels = (0..<60).map { moment in
            uses.reduce(0) { $0 + ($1.start <= moment && moment < $1.end ? $1.amount : 0) }
        }
        let occupancy = Occupancy(uses)
        #expect(occupancy.peak == levels.max())
        #expect(occupancy.busy == levels.reduce(0, +))
        for _ in 0..<100 {
            let start = Int.random(in: 0..<60, using: &numbers)
            let end = Int.random(in: 0..<60, using: &numbers)
            let expected = start < end ? levels[start..<end].max() ?? 0 : 0
            #expect(occupancy.most(from: start, to: end) == expected, "\(start)..<\(end)")
        }
    }

    @Test func `does not overlap where one ends as the next begins`() {
        let uses = [(0, 10), (10, 10), (10, 20)].map { Occupancy.Use(start: $0.0, end: $0.1, amount: 1) }
        #expect(Occupancy(uses).peak == 1)
    }
}
