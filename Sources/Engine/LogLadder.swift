/// When to look whether a stranger has committed something.
///
/// SQLite writes the log and only then makes the commit visible, so an event on the log comes too early: one looks
/// again and again, a little later each time, until the commit shows. And who begins to watch may have missed the
/// event of a commit that is just about to show, so that watching begins with two looks. Where no commit showed after
/// an event, the disk may still be syncing it: later looks follow.
struct LogLadder: Equatable {
    /// Milliseconds from one look to the next after an event, some 0.3 s in all. A look costs a microsecond; a commit
    /// that waits for a slow disk shows after tens of milliseconds, and should be seen soon then too.
    static let steps = [2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8, 16, 16, 32, 64, 100]
    /// Milliseconds from the beginning of the watch to its looks.
    static let first = [10, 90]
    /// Milliseconds from these on to the next, after an event that no commit explains yet.
    static let late = [200, 400, 800, 1_600]

    private var pending: ArraySlice<Int> = []
    private(set) var nextLook: Int?
    /// An event came, and no commit was seen since.
    private var isUnexplained = false

    /// The watch on the log begins at `now`, milliseconds of any steady clock.
    mutating func begin(at now: Int) {
        restart(isUnexplained ? Self.first + Self.late : Self.first, at: now)
        isUnexplained = false
    }

    /// An event came from the log.
    mutating func event(at now: Int) {
        isUnexplained = true
        let sooner = nextLook
        restart(Self.steps, at: now)
        // A look that is due sooner stays, but the ones after it are close again: it may come just too early.
        if let sooner, let planned = nextLook { nextLook = min(sooner, planned) }
    }

    /// Whether a look is due. If so the next one is planned; the caller ends the ladder when it sees a commit.
    mutating func isDue(at now: Int) -> Bool {
        guard let look = nextLook, look <= now else { return false }
        nextLook = pending.popFirst().map { now + $0 }
        return true
    }

    /// A commit was seen, or the watch ended.
    mutating func end() {
        pending = []
        nextLook = nil
        isUnexplained = false
    }

    private mutating func restart(_ steps: [Int], at now: Int) {
        pending = steps[...]
        nextLook = pending.popFirst().map { now + $0 }
    }
}
