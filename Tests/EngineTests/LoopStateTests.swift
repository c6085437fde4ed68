import Jobs
import Testing

@testable import Engine

@Suite struct `The loop's state` {
    private let key = AttemptKey(job: JobID(1), leaseToken: 1)
    private let other = AttemptKey(job: JobID(2), leaseToken: 2)

    /// After its first turn, at time 0.
    private func state(slots: Int = 4) -> LoopState {
        var settings = LoopState.Settings(slots: slots)
        settings.lease = 15_000
        settings.grace = 10_000
        var state = LoopState(settings)
        state.renewed(at: 0)
        state.turnSucceeded(at: 0, more: false)
        return state
    }

    // MARK: Ending attempts

    @Test func `an attempt is asked to end at its timeout, and killed when its grace is over`() {
        var state = state()
        state.started(key, at: 0, timeout: 1_000)
        #expect(state.actions(at: 999) == [])
        #expect(state.actions(at: 1_000) == [.terminate(key)])
        #expect(state.stopReason(of: key) == .timeout)
        // What ignores that has no use of a grace; what began meanwhile is met by a second look.
        #expect(state.nextWake() == 1_250)
        #expect(state.actions(at: 1_249) == [])
        #expect(state.actions(at: 1_250) == [.press(key)])
        #expect(state.actions(at: 1_499) == [])
        #expect(state.actions(at: 1_500) == [.press(key)])
        #expect(state.actions(at: 10_999) == [])
        #expect(state.actions(at: 11_000) == [.kill(key)])
        #expect(state.actions(at: 60_000) == [])
    }

    @Test func `an attempt without a timeout runs for ever`() {
        var state = state()
        state.started(key, at: 0, timeout: nil)
        #expect(state.actions(at: .max / 2) == [])
    }

    @Test func `what has exited is neither timed out nor stopped nor killed`() {
        var state = state()
        state.started(key, at: 0, timeout: 1_000)
        state.exited(key)
        #expect(state.actions(at: 5_000) == [])
        #expect(state.stop(key, because: .cancel, at: 5_000) == [])
        #expect(state.drain(at: 5_000) == [])
        #expect(state.drain(at: 5_001) == [])
        #expect(state.stopReason(of: key) == nil)
    }

    @Test func `the first reason to stop stands`() {
        var state = state()
        state.started(key, at: 0, timeout: 1_000)
        #expect(state.stop(key, because: .cancel, at: 500) == [.terminate(key)])
        #expect(state.actions(at: 1_000) == [.press(key)])
        #expect(state.drain(at: 2_000) == [])
        #expect(state.stopReason(of: key) == .cancel)
        #expect(state.actions(at: 10_500) == [.kill(key)])
    }

    @Test func `an attempt that has too much memory is killed at once, unless it is being ended`() {
        var state = state()
        state.started(key, at: 0, timeout: 1_000)
        state.started(other, at: 0, timeout: nil)
        #expect(state.exceeded(key) == [.kill(key)])
        #expect(state.stopReason(of: key) == .memory)
        #expect(state.exceeded(key) == [])
        #expect(state.actions(at: 60_000) == [])
        #expect(state.stop(other, because: .cancel, at: 100) == [.terminate(other)])
        #expect(state.exceeded(other) == [])
        #expect(state.stopReason(of: other) == .cancel)
    }

    // MARK: Drain

    @Test func `a drain asks all to end, claims no more, and is over when the last is settled`() {
        var state = state()
        state.started(key, at: 0, timeout: nil)
        state.started(other, at: 0, timeout: nil)
        #expect(Set(state.drain(at: 100)) == [.terminate(key), .terminate(other)])
        #expect(state.mode == .draining)
        #expect(state.freeSlots == 0)
        state.exited(key)
        state.settled(key)
        #expect(state.mode == .draining)
        state.exited(other)
        state.settled(other)
        #expect(state.mode == .ended)
    }

    @Test func `a second drain kills at once, and its reason is still the drain`() {
        var state = state()
        state.started(key, at: 0, timeout: nil)
        _ = state.drain(at: 100)
        #expect(state.drain(at: 101) == [.kill(key)])
        #expect(state.stopReason(of: key) == .drain)
        #expect(state.drain(at: 102) == [])
    }

    @Test func `after a third drain no deadline lies in the past`() {
        var state = state()
        state.started(key, at: 0, timeout: nil)
        for time in 100...102 { _ = state.drain(at: time) }
        state.turnSucceeded(at: 103, more: false)
        #expect((state.nextWake() ?? .max) > 103)
    }

    @Test func `a drain with nothing to do ends at once`() {
        var state = state()
        #expect(state.drain(at: 1) == [])
        #expect(state.mode == .ended)
    }

    @Test func `the first signal to a runner that drains by itself gives its jobs their grace`() {
        var state = state()
        state.started(key, at: 0, timeout: nil)
        state.drainGently()
        #expect(state.mode == .draining)
        #expect(state.drain(at: 100) == [.terminate(key)])
        #expect(state.stopReason(of: key) == .drain)
        #expect(state.drain(at: 200) == [.kill(key)])
    }

    // MARK: Turns

    @Test func `the lease is kept only while something depends on it`() {
        var state = state()
        #expect(!state.isTurnDue(at: 60_000))
        state.hasNeighbours = true
        #expect(!state.isTurnDue(at: 4_999))
        #expect(state.isTurnDue(at: 5_000))
        #expect(state.shouldRenew(at: 5_000))
        state.hasNeighbours = false
        state.started(key, at: 0, timeout: nil)
        #expect(state.isTurnDue(at: 5_000))
        state.renewed(at: 5_000)
        state.turnSucceeded(at: 5_000, more: false)
        #expect(state.leaseUntil == 20_000)
        #expect(!state.isTurnDue(at: 9_999))
    }

    @Test func `a turn that failed is tried again after a while, and not before`() {
        var state = state()
        state.exited(key)
        state.turnFailed(at: 1_000)
        #expect(!state.isTurnDue(at: 1_001))
        #expect((state.nextWake() ?? 0) > 1_001)
        #expect(state.isTurnDue(at: 1_200))
        state.turnSucceeded(at: 1_200, more: false)
        #expect(!state.isTurnDue(at: 1_201))
    }

    @Test func `what jobs wrote is stored four times a second at most`() {
        var state = state()
        state.started(key, at: 0, timeout: nil)
        state.wrote()
        #expect(!state.isTurnDue(at: 249))
        #expect(state.nextWake() == 250)
        #expect(state.isTurnDue(at: 250))
        state.turnSucceeded(at: 250, more: false)
        #expect(!state.isTurnDue(at: 4_000))
    }

    @Test func `a due job makes a turn only where a slot is free`() {
        var state = state(slots: 1)
        state.nextDue = 700
        #expect(state.nextWake() == 700)
        #expect(state.isTurnDue(at: 700))
        state.started(key, at: 0, timeout: nil)
        #expect(!state.isTurnDue(at: 700))
        #expect(state.nextWake() == 5_000)  // its heartbeat
    }

    @Test func `a turn that stopped at a bound is followed by another`() {
        var state = state()
        state.turnSucceeded(at: 10, more: true)
        #expect(state.isTurnDue(at: 10))
    }

    @Test func `claims wait a moment for a dead runner's jobs, and once only`() {
        var state = LoopState(LoopState.Settings(slots: 2))
        state.turnSucceeded(at: 0, more: false)
        state.awaitRescue(of: RunnerID(7), at: 1_000)
        #expect(!state.mayClaim(at: 1_000))
        #expect(state.nextWake() == 1_300)
        let isDue = state.isTurnDue(at: 1_300)
        #expect(isDue && state.mayClaim(at: 1_300))
        state.turnSucceeded(at: 1_300, more: false)
        state.awaitRescues(of: [RunnerID(7)], at: 1_400)
        #expect(state.mayClaim(at: 1_400))
    }

    @Test func `claims go on as soon as a dead runner's jobs are ready`() {
        var state = LoopState(LoopState.Settings(slots: 2))
        state.turnSucceeded(at: 0, more: false)
        state.awaitRescues(of: [RunnerID(7)], at: 1_000)
        #expect(!state.mayClaim(at: 1_010) && !state.isTurnDue(at: 1_010))
        state.awaitRescues(of: [], at: 1_020)
        #expect(state.mayClaim(at: 1_020) && state.isTurnDue(at: 1_020))
    }

    @Test func `the safety poll is the only thing that wakes an idle runner`() {
        var state = state()
        #expect(state.nextWake() == 5_000)
        #expect(!state.isPollDue(at: 4_999))
        #expect(state.isPollDue(at: 5_000))
        state.polled(at: 5_000)
        #expect(state.nextWake() == 10_000)
    }

    @Test func `a host without room for a process is left in peace for a moment`() {
        var state = state()
        state.couldNotStart(at: 100)
        #expect(!state.mayClaim(at: 599))
        #expect(!state.isTurnDue(at: 599))
        #expect(state.nextWake() == 600)
        #expect(state.isTurnDue(at: 600) && state.mayClaim(at: 600))
        state.turnSucceeded(at: 600, more: false)
        #expect(!state.isTurnDue(at: 601))
    }

    // MARK: Pauses

    @Test func `time in which the jobs were stopped too is not counted`() {
        var state = state()
        state.started(key, at: 0, timeout: 1_000)
        state.started(other, at: 0, timeout: nil)
        _ = state.stop(other, because: .cancel, at: 0)
        state.resumed(after: 50_000)
        #expect(state.actions(at: 50_249) == [])
        #expect(state.actions(at: 50_250) == [.press(other)])
        #expect(state.actions(at: 50_999) == [.press(other)])
        #expect(state.actions(at: 51_000) == [.terminate(key)])
        #expect(Set(state.actions(at: 60_000)) == [.kill(other), .press(key)])
    }

    @Test func `whatever happens, it never wakes for nothing`() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<300 {
            var state = state(slots: 3)
            var now = 0
            var keys: [AttemptKey] = []
            for step in 0..<200 {
                happen(to: &state, &keys, step: step, at: now, &random)
                _ = state.actions(at: now)
                if state.isPollDue(at: now) { state.polled(at: now) }
                if state.isTurnDue(at: now) {
                    if state.shouldRenew(at: now) { state.renewed(at: now) }
                    state.nextDue = nil
                    if Int.random(in: 0..<4, using: &random) == 0 {
                        state.turnFailed(at: now)
                    } else {
                        state.turnSucceeded(at: now, more: false)
                    }
                }
                if let wake = state.nextWake() { #expect(wake > now, "at \(now), step \(step)") }
                now += Int.random(in: 0...3_000, using: &random)
            }
        }
    }

    private func happen(
        to state: inout LoopState, _ keys: inout [AttemptKey], step: Int, at now: Int, _ random: inout SplitMix64
    ) {
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1:
            guard state.freeSlots > 0 else { return }
            let key = AttemptKey(job: JobID(step), leaseToken: step)
            keys.append(key)
            state.started(key, at: now, timeout: Bool.random(using: &random) ? 1_500 : nil)
        case 2: if let key = keys.first { state.exited(key) }
        case 3: if !keys.isEmpty { state.settled(keys.removeFirst()) }
        case 4: state.wrote()
        case 5: if let key = keys.last { _ = state.stop(key, because: .cancel, at: now) }
        case 6: state.hasNeighbours.toggle()
        case 7: state.nextDue = now + 500
        default: if step > 150 { _ = state.drain(at: now) }
        }
    }

    // MARK: Schedules

    @Test func `a schedule's time is looked at however many slots are free, but not while draining`() {
        var state = state(slots: 1)
        state.started(key, at: 0, timeout: nil)
        state.nextFire = 1_000
        #expect(state.nextWake() == 1_000)
        #expect(!state.isFireDue(at: 999))
        #expect(state.isFireDue(at: 1_000))
        state.turnFailed(at: 1_000)
        #expect(!state.isFireDue(at: 1_000))
        #expect(state.isFireDue(at: 1_200))
        state.drainGently()
        #expect(!state.isFireDue(at: 1_200))
    }
}

@Suite struct `Jobs that wait for a worker` {
    private let key = AttemptKey(job: JobID(1), leaseToken: 1)
    private let other = AttemptKey(job: JobID(2), leaseToken: 2)

    private func state() -> LoopState {
        var state = LoopState(LoopState.Settings(slots: 1))
        state.renewed(at: 0)
        state.turnSucceeded(at: 0, more: false)
        return state
    }

    @Test func `take no slot, and their time begins with the worker`() {
        var state = state()
        state.started(key, at: 0, timeout: 50)
        state.waits(key)
        #expect(state.freeSlots == 1)
        #expect(state.running == 1)
        #expect(!state.isIdle)
        #expect(state.actions(at: 1_000) == [])
        state.started(key, at: 1_000, timeout: 50)
        #expect(state.freeSlots == 0)
        #expect(state.actions(at: 1_050) == [.terminate(key)])
    }

    @Test func `leave the slot with their answer, which is stored soon`() {
        var state = state()
        state.started(key, at: 0, timeout: nil)
        state.answered(key, at: 100)
        #expect(state.freeSlots == 1)
        #expect(!state.holdsSlot(key))
        #expect(!state.isTurnDue(at: 104))
        #expect(state.nextWake() == 105)
        #expect(state.isTurnDue(at: 105))
        state.turnSucceeded(at: 105, more: false)
        state.settled(key)
        #expect(state.isIdle)
    }

    @Test func `keep a draining runner until they are settled`() {
        var state = state()
        state.waits(key)
        state.started(other, at: 0, timeout: nil)
        state.answered(other, at: 1)
        state.drainGently()
        #expect(state.mode == .draining)
        state.settled(other)
        #expect(state.mode == .draining)
        state.settled(key)
        #expect(state.mode == .ended)
    }
}

@Suite struct `The pace of a type` {
    @Test func `says how many jobs are done in a tenth of a second`() {
        var pace = WorkerPace()
        #expect(pace.expected(of: 2) == 0)
        for _ in 0..<50 { pace.add(microseconds: 1_000) }
        #expect(pace.expected(of: 2) == 200)
        for _ in 0..<50 { pace.add(microseconds: 1_000_000) }
        #expect(pace.expected(of: 2) == 0)
        for _ in 0..<50 { pace.add(microseconds: 1_000) }
        pace.stalled()
        #expect(pace.expected(of: 2) == 0)
    }

    @Test func `waits ever longer for workers that die at once`() {
        var backoff = WorkerBackoff()
        var waits: [Int] = []
        for _ in 0..<12 {
            let wait = backoff.failed(in: backoff.failures, at: 0, because: "why")
            waits.append(wait ?? 0)
        }
        #expect(waits == [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000])
        let tooEarly = backoff.expire(at: 29_999)
        let due = backoff.expire(at: 30_000)
        #expect(!tooEarly && due && backoff.until == nil)
        backoff.succeeded()
        // Four that were started together are one round.
        let together = (0..<4).map { _ in backoff.failed(in: 0, at: 0, because: "why") }
        #expect(together == [100, nil, nil, nil] && backoff.until == 100 && backoff.failures == 1)
    }
}
