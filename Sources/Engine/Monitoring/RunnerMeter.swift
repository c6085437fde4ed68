package import Jobs

/// Counts what a runner does, minute by minute, without clocks and system calls. What was counted is written once a
/// second at most, and nothing is written while nothing happens.
package struct RunnerMeter {
    /// Milliseconds between two writes.
    package static let interval = 1_000
    /// Milliseconds between two looks at the queue's length.
    package static let sampleInterval = 5_000
    /// Minutes that wait to be stored at the most, while nothing can be.
    private static let bound = 60

    private var slots: Int
    private var current: RunnerMinute
    /// Minutes that are over and not stored yet.
    private var past: [RunnerMinute] = []
    private var isDirty = false
    private var writtenAt: Int
    private var sampledAt: Int
    private var passedAt: Int
    /// The number of the minute in which something was written last.
    private var writtenMinute: Int?

    /// - Parameters:
    ///   - wall: the time of day, which says the minute.
    ///   - now: milliseconds of a steady clock, as in all that follows.
    package init(slots: Int, wall: Timestamp, now: Int) {
        self.slots = slots
        current = RunnerMinute(wall.minute)
        current.slots = slots
        writtenAt = now - Self.interval
        sampledAt = now - Self.sampleInterval
        passedAt = now
    }

    /// The time went on, with `running` slots taken since the last call.
    package mutating func pass(to wall: Timestamp, now: Int, running: Int) {
        let passed = max(0, now - passedAt)
        passedAt = now
        let minute = wall.minute
        guard minute != current.minute else { return add(passed, running: running) }
        let inNew = min(passed, max(0, wall.rawValue - minute * 60_000))
        add(min(60_000, passed - inNew), running: running)
        if isDirty { past = (past + [current]).suffix(Self.bound) }
        current = RunnerMinute(minute)
        current.slots = slots
        add(inNew, running: running)
    }

    private mutating func add(_ passed: Int, running: Int) {
        let busy = passed * min(running, slots)
        current.busy += busy
        current.slotTime += passed * slots
        if busy > 0 { isDirty = true }
    }

    /// Call `pass` before.
    package mutating func setSlots(_ slots: Int) {
        guard slots != self.slots else { return }
        self.slots = slots
        current.slots = slots
    }

    /// An attempt began whose job had been ready for so many milliseconds.
    package mutating func began(after wait: Int) {
        current.waits += 1
        current.wait += max(0, wait)
        current.waitLengths.add(wait)
        isDirty = true
    }

    /// An attempt ended and left its job in `job`.
    package mutating func ended(_ outcome: AttemptState, job: JobState, duration: Int, isScript: Bool) {
        isDirty = true
        switch outcome {
        case .succeeded: current.succeeded += 1
        case .failed, .timedOut:
            switch job {
            case .failed: current.failed += 1
            case .cancelled: return current.stopped += 1
            default: current.retried += 1
            }
        case .cancelled, .interrupted, .lost: return current.stopped += 1
        }
        current.run += max(0, duration)
        current.durations.add(duration)
        if isScript, duration < 1_000 { current.shortScripts += 1 }
    }

    /// Whether the length of the queue is to be looked at.
    package func isSampleDue(at now: Int) -> Bool { isDirty && now >= sampledAt + Self.sampleInterval }

    package mutating func sampled(queueLength: Int, at now: Int) {
        sampledAt = now
        current.queued += queueLength
        current.samples += 1
    }

    /// - Parameter memory: KiB.
    package mutating func sampled(memory: Int) { current.memory = max(memory, current.memory ?? 0) }

    // MARK: Writing

    /// When something is to be written although nothing else calls for a turn; `nil`: nothing is to be.
    package var nextWrite: Int? { isDirty || !past.isEmpty ? writtenAt + Self.interval : nil }

    package func isWriteDue(at now: Int) -> Bool { nextWrite.map { $0 <= now } ?? false }

    /// The minutes to store at `now`; none when it is too early.
    ///
    /// - Parameter isLast: there is no later time to store them.
    package func due(at now: Int, isLast: Bool = false) -> [RunnerMinute] {
        guard let nextWrite, isLast || now >= nextWrite else { return [] }
        return isDirty ? past + [current] : past
    }

    /// Whether these are the first of a minute, when old ones are pruned.
    package func beginMinute(_ minutes: [RunnerMinute]) -> Bool {
        minutes.last.map { $0.minute != writtenMinute } ?? false
    }

    /// What `due` gave was stored.
    package mutating func wrote(_ minutes: [RunnerMinute], at now: Int) {
        guard let last = minutes.last else { return }
        writtenAt = now
        writtenMinute = last.minute
        past = []
        if last.minute == current.minute { isDirty = false }
    }
}
