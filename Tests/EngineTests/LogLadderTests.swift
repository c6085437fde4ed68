import Testing

@testable import Engine

@Suite struct `The ladder of looks` {
    /// The times at which `ladder` looks, up to `end`.
    private func looks(_ ladder: LogLadder, from start: Int, to end: Int) -> [Int] {
        var ladder = ladder
        return (start...end).filter { ladder.isDue(at: $0) }
    }

    @Test func `goes on for a third of a second after an event, ever more slowly`() {
        var ladder = LogLadder()
        ladder.event(at: 1_000)
        let times = [2, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 192, 292]
        #expect(looks(ladder, from: 1_000, to: 9_000) == times.map { 1_000 + $0 })
    }

    @Test func `looks twice when the watch begins`() {
        var ladder = LogLadder()
        ladder.begin(at: 0)
        #expect(looks(ladder, from: 0, to: 5_000) == [10, 100])
    }

    @Test func `looks for longer after an event that no commit explains`() {
        var ladder = LogLadder()
        ladder.event(at: 0)
        while let look = ladder.nextLook { _ = ladder.isDue(at: look) }
        ladder.begin(at: 1_000)
        #expect(looks(ladder, from: 1_000, to: 9_000) == [1_010, 1_100, 1_300, 1_700, 2_500, 4_100])
        ladder.end()
        ladder.begin(at: 9_000)
        #expect(looks(ladder, from: 9_000, to: 19_000) == [9_010, 9_100])
    }

    @Test func `is over when a commit was seen`() {
        var ladder = LogLadder()
        ladder.event(at: 0)
        ladder.end()
        #expect(ladder.nextLook == nil)
        #expect(looks(ladder, from: 0, to: 1_000) == [])
    }

    @Test func `an event does not put off a look that is sooner`() {
        var ladder = LogLadder()
        ladder.event(at: 0)
        let isDue = ladder.isDue(at: 2)
        ladder.event(at: 3)
        #expect(isDue)
        #expect(ladder.nextLook == 4)
    }

    @Test func `an event just before a look is followed by close looks all the same`() {
        var ladder = LogLadder()
        ladder.begin(at: 0)
        ladder.event(at: 9)
        #expect(looks(ladder, from: 9, to: 5_000).prefix(4) == [10, 12, 16, 20])
    }

    @Test func `an event brings a late look forward and begins anew`() {
        var ladder = LogLadder()
        ladder.begin(at: 0)
        ladder.event(at: 5)
        #expect(looks(ladder, from: 5, to: 5_000).prefix(3) == [7, 9, 13])
    }

    @Test func `a late loop looks once for all looks that it missed`() {
        var ladder = LogLadder()
        ladder.event(at: 0)
        let isDue = ladder.isDue(at: 700)
        #expect(isDue)
        #expect((ladder.nextLook ?? 0) > 700)
    }
}
