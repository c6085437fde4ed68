package import Jobs

/// What a runner's loop knows and decides, without clocks and system calls: events and times go in, actions come out.
/// Times are milliseconds of one steady clock.
package struct LoopState {
    package struct Settings: Sendable {
        package var slots: Int
        /// How long a lease lasts; it is renewed at a third of that.
        package var lease = 15_000
        /// Between SIGTERM and SIGKILL.
        package var grace = 10_000
        /// Between SIGTERM and the end of what ignores it, which no grace helps.
        package var press = 250
        /// Between two moments at which running jobs' output is stored.
        package var flush = 250
        /// How long outcomes wait for others when there is more to do meanwhile.
        package var reportDelay = 5
        /// How long claims wait for the jobs of one dead runner, which were claimed before all that is ready now.
        package var rescue = 300
        /// Without claims after a job could not be started.
        package var rest = 500
        /// A look at the database although nothing called for it.
        package var safetyPoll = 5_000

        package init(slots: Int) { self.slots = slots }

        package var heartbeat: Int { max(100, lease / 3) }
    }

    /// Why an attempt was ended before its time.
    package enum StopReason: Sendable { case timeout, cancel, drain, memory }

    package enum Mode: Sendable, Equatable {
        case working
        /// Claims nothing more; ends when nothing runs.
        case draining
        case ended
    }

    /// What the loop must do.
    package enum Action: Hashable, Sendable {
        /// SIGTERM to the attempt's processes.
        case terminate(AttemptKey)
        /// Kill those of its processes that ignore SIGTERM.
        case press(AttemptKey)
        /// End of patience: kill its whole tree.
        case kill(AttemptKey)
    }

    private struct Attempt {
        var timeoutAt: Int?
        var pressAt: Int?
        /// What was started while SIGTERM was sent is met by the second.
        var pressesLeft = 2
        var killAt: Int?
        var stopReason: StopReason?
        var isKilled = false
        var hasExited = false
    }

    package private(set) var settings: Settings
    package private(set) var mode = Mode.working
    /// When the lease ends; nothing starts after that.
    package private(set) var leaseUntil = 0
    package private(set) var renewedAt = Int.min / 2
    /// When the next scheduled job is due, on the loop's clock.
    package var nextDue: Int?
    /// When the next schedule is due, on the loop's clock. It fires however many slots are free.
    package var nextFire: Int?
    /// When the time of a run is over, which is looked to however busy the slots are.
    package var nextDeadline: Int?
    /// Whether other runners live, so that the lease must be kept and theirs be watched.
    package var hasNeighbours = false
    /// A turn is due now.
    package var wantsTurn = true
    /// No turn before this: the last one failed.
    package private(set) var retryTurnAt: Int?
    /// No claims before this: the host could not start what was claimed.
    private var claimsFrom: Int?
    /// Runners whose jobs are being taken back, and until when they are waited for.
    private var rescues: [RunnerID: Int] = [:]
    /// Somebody asked that what runs come to an end.
    private var isDrainAsked = false
    private var attempts: [AttemptKey: Attempt] = [:]
    /// Claimed, and not begun.
    private var waiting: Set<AttemptKey> = []
    /// Ended, out of their slots, and not stored.
    private var answered: Set<AttemptKey> = []
    /// When what ended is stored at the latest.
    private var reportBy: Int?
    private var lastFlush = 0
    private var lastPoll = 0
    private var hasOutput = false

    package init(_ settings: Settings) { self.settings = settings }

    /// Jobs that this runner holds.
    package var running: Int { attempts.count + waiting.count + answered.count }
    /// Slots that a new claim may take.
    package var freeSlots: Int { mode == .working ? slotsLeft : 0 }
    /// Slots that are not taken, whether more may be claimed or not.
    package var slotsLeft: Int { max(0, settings.slots - attempts.count) }
    package var isIdle: Bool { attempts.isEmpty && waiting.isEmpty && answered.isEmpty }

    /// What runs beyond the new number goes on, and nothing is claimed until there is room again.
    package mutating func setSlots(_ slots: Int) {
        guard slots != settings.slots else { return }
        settings.slots = max(1, slots)
        wantsTurn = true
    }

    // MARK: Attempts

    package mutating func started(_ key: AttemptKey, at now: Int, timeout: Int?) {
        waiting.remove(key)
        attempts[key] = Attempt(timeoutAt: timeout.map { now + $0 })
    }

    /// A job was claimed that will begin when a slot and whoever executes it are free.
    package mutating func waits(_ key: AttemptKey) {
        attempts[key] = nil
        waiting.insert(key)
    }

    /// The attempt ended and holds no slot any more. It is stored with others, `reportDelay` from now at the latest.
    package mutating func answered(_ key: AttemptKey, at now: Int) {
        attempts[key] = nil
        answered.insert(key)
        if reportBy == nil { reportBy = now + settings.reportDelay }
    }

    /// Whether the attempt is in a slot until its outcome is stored.
    package func holdsSlot(_ key: AttemptKey) -> Bool { attempts[key] != nil }

    /// The attempt's outcome was stored, or dropped.
    package mutating func settled(_ key: AttemptKey) {
        attempts[key] = nil
        waiting.remove(key)
        answered.remove(key)
        if mode == .draining, isIdle { mode = .ended }
    }

    package func stopReason(of key: AttemptKey) -> StopReason? { attempts[key]?.stopReason }

    /// Asks an attempt to end. The first reason stands.
    package mutating func stop(_ key: AttemptKey, because reason: StopReason, at now: Int) -> [Action] {
        guard var attempt = attempts[key], attempt.stopReason == nil, !attempt.hasExited else { return [] }
        attempt.stopReason = reason
        attempt.pressAt = now + settings.press
        attempt.killAt = now + settings.grace
        attempts[key] = attempt
        return [.terminate(key)]
    }

    /// The attempt has more memory than it may have: it is killed at once, unless it is being ended anyway.
    package mutating func exceeded(_ key: AttemptKey) -> [Action] {
        guard let attempt = attempts[key], attempt.stopReason == nil, !attempt.hasExited else { return [] }
        attempts[key]?.stopReason = .memory
        attempts[key]?.isKilled = true
        return [.kill(key)]
    }

    /// The attempt's process ended: no time limit means anything any more.
    package mutating func exited(_ key: AttemptKey) {
        attempts[key]?.timeoutAt = nil
        attempts[key]?.pressAt = nil
        attempts[key]?.killAt = nil
        attempts[key]?.hasExited = true
        wantsTurn = true
    }

    /// A running attempt wrote something that is not stored yet.
    package mutating func wrote() { hasOutput = true }

    /// What is due at `now`.
    package mutating func actions(at now: Int) -> [Action] {
        var actions: [Action] = []
        for (key, attempt) in attempts {
            if let timeoutAt = attempt.timeoutAt, timeoutAt <= now, attempt.stopReason == nil {
                actions += stop(key, because: .timeout, at: now)
            } else if let killAt = attempt.killAt, killAt <= now, !attempt.isKilled {
                attempts[key]?.isKilled = true
                attempts[key]?.pressAt = nil
                attempts[key]?.killAt = nil
                actions.append(.kill(key))
            } else if let pressAt = attempt.pressAt, pressAt <= now {
                let left = attempt.pressesLeft - 1
                attempts[key]?.pressesLeft = left
                attempts[key]?.pressAt = left > 0 ? now + settings.press : nil
                actions.append(.press(key))
            }
        }
        return actions
    }

    /// The host had no room for another process, or the lease was over: claims rest for a moment.
    package mutating func couldNotStart(at now: Int) { claimsFrom = now + settings.rest }

    package func mayClaim(at now: Int) -> Bool {
        mode == .working && now >= claimsFrom ?? now && !rescues.values.contains { $0 > now }
    }

    /// A runner died that held jobs: they go before others, and will be ready in a moment.
    package mutating func awaitRescue(of runner: RunnerID, at now: Int) {
        if rescues[runner] == nil { rescues[runner] = now + settings.rescue }
    }

    /// Takes up whose jobs are being taken back now; those of all others are ready, or were never waited for.
    package mutating func awaitRescues(of runners: Set<RunnerID>, at now: Int) {
        if rescues.keys.contains(where: { !runners.contains($0) }) { wantsTurn = true }
        rescues = rescues.filter { runners.contains($0.key) }
        for runner in runners { awaitRescue(of: runner, at: now) }
    }

    // MARK: Drain

    /// The first call asks every attempt to end; a second one ends them now.
    package mutating func drain(at now: Int) -> [Action] {
        let isSecond = isDrainAsked
        isDrainAsked = true
        if mode == .working { mode = isIdle ? .ended : .draining }
        wantsTurn = true
        let terminations = attempts.keys.flatMap { stop($0, because: .drain, at: now) }
        guard isSecond else { return terminations }
        for (key, attempt) in attempts where !attempt.isKilled && !attempt.hasExited { attempts[key]?.killAt = now }
        return actions(at: now)
    }

    /// Claims no more, and lets what runs come to its end.
    package mutating func drainGently() {
        guard mode == .working else { return }
        mode = isIdle ? .ended : .draining
    }

    // MARK: Turns

    /// Whether a turn is due, and why does not matter: every turn does everything.
    package func isTurnDue(at now: Int) -> Bool {
        if let retryTurnAt, now < retryTurnAt { return false }
        if wantsTurn { return true }
        if let nextDue, nextDue <= now, freeSlots > 0 { return true }
        if let nextDeadline, nextDeadline <= now { return true }
        if let reportBy, reportBy <= now { return true }
        if let claimsFrom, claimsFrom <= now { return true }
        if freeSlots > 0, let waited = nextRescue, waited <= now { return true }
        if needsHeartbeat, now >= renewedAt + settings.heartbeat { return true }
        return hasOutput && now >= lastFlush + settings.flush
    }

    /// Whether the time of a schedule has come.
    package func isFireDue(at now: Int) -> Bool {
        guard mode == .working, let nextFire, now >= retryTurnAt ?? now else { return false }
        return nextFire <= now
    }

    /// When the first wait for a rescue is over.
    private var nextRescue: Int? { rescues.values.filter { $0 > .min }.min() }

    private var needsHeartbeat: Bool { !isIdle || hasNeighbours }

    /// Whether the turn at `now` renews the lease.
    package func shouldRenew(at now: Int) -> Bool { now >= renewedAt + settings.heartbeat }

    package mutating func renewed(at now: Int) {
        renewedAt = now
        leaseUntil = now + settings.lease
    }

    /// A turn was committed. `more`: it stopped at a bound, and another is due at once.
    package mutating func turnSucceeded(at now: Int, more: Bool) {
        wantsTurn = more
        reportBy = nil
        if let claimsFrom, claimsFrom <= now { self.claimsFrom = nil }
        // Waited for in vain once is waited for enough: it stays known, so that it is not waited for again.
        for (runner, until) in rescues where until <= now { rescues[runner] = .min }
        retryTurnAt = nil
        lastFlush = now
        lastPoll = now
        hasOutput = false
    }

    /// A turn failed, and nothing of it was stored; what it would have stored is kept.
    package mutating func turnFailed(at now: Int) {
        wantsTurn = true
        retryTurnAt = now + 200
    }

    package mutating func polled(at now: Int) { lastPoll = now }

    package func isPollDue(at now: Int) -> Bool { freeSlots > 0 && now >= lastPoll + settings.safetyPoll }

    /// The time went on while this process did not (it was stopped, or the host slept): what was counted in time that
    /// the jobs were stopped too is put off.
    package mutating func resumed(after pause: Int) {
        for key in attempts.keys {
            if let timeoutAt = attempts[key]?.timeoutAt { attempts[key]?.timeoutAt = timeoutAt + pause }
            if let pressAt = attempts[key]?.pressAt { attempts[key]?.pressAt = pressAt + pause }
            if let killAt = attempts[key]?.killAt { attempts[key]?.killAt = killAt + pause }
        }
        wantsTurn = true
    }

    /// When the loop must wake though nothing happens; `nil`: never.
    package func nextWake() -> Int? {
        var wake = nextTurn().map { max($0, retryTurnAt ?? $0) }
        func consider(_ time: Int?) { if let time { wake = min(wake ?? .max, time) } }
        if freeSlots > 0 { consider(lastPoll + settings.safetyPoll) }
        for attempt in attempts.values {
            consider(attempt.pressAt)
            consider(attempt.killAt ?? (attempt.stopReason == nil ? attempt.timeoutAt : nil))
        }
        return wake
    }

    private func nextTurn() -> Int? {
        if wantsTurn { return Int.min }
        var turn: Int?
        func consider(_ time: Int?) { if let time { turn = min(turn ?? .max, time) } }
        consider(nextDeadline)
        consider(reportBy)
        consider(claimsFrom)
        if freeSlots > 0 { consider(nextRescue) }
        if freeSlots > 0 { consider(nextDue) }
        if mode == .working { consider(nextFire) }
        if needsHeartbeat { consider(renewedAt + settings.heartbeat) }
        if hasOutput { consider(lastFlush + settings.flush) }
        return turn
    }
}
