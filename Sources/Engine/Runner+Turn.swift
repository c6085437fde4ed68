import Executors
import Glibc
import Jobs
import Logging
import SQLite

/// One transaction a turn: what ended is reported, what became ready is offered, what fits is claimed.
extension Runner {
    private struct Turn {
        var claims: [Claim] = []
        var stops: [AttemptKey] = []
        var jobStates: [JobState?] = []
        var others: [OtherRunner] = []
        var nextDue: Timestamp?
        var more = false
        var renewed = false
        var hasSettled = false
        var nextDeadline: Timestamp?
        var isToDrain = false
        var memoryReplies: [String] = []
    }

    /// Bytes of running jobs' output that one turn stores.
    private static let flushBytes = 256 << 10

    func takeTurn() throws {
        let reported = reports
        let now = self.now
        // Output taken from a buffer is gone from it, so it is taken once and kept until it is stored.
        let flushes = collectOutput(of: reported)
        let minutes = measure(at: now)
        doorbell.leaveLog()
        ladder.end()
        let turn: Turn
        do {
            turn = try store.write {
                try transact($0, reported: reported, flushes: flushes, minutes: minutes, now: now)
            }
        } catch let error as SQLiteError where error.mayPass {
            writesFail(error, now: now)
            return
        }
        if saidThatWritesFail {
            log.notice("the database takes writes again")
            saidThatWritesFail = false
        }
        if turn.renewed {
            state.renewed(at: now)
            reapOrphans()
            if state.hasNeighbours {
                try meet(turn.others)
                endHungRunners(at: now)
            }
        }
        for attempt in attempts.values where attempt.isPIDWanted(at: now) { attempt.isPIDStored = true }
        for attempt in attempts.values where attempt.hasRemarks {
            attempt.progress = nil
            attempt.checkpoint = nil
        }
        saidThatItDrains = state.mode == .draining
        meter?.wrote(minutes, at: now)
        storedWorkerNotes = workerNotes
        let changes = pendingMemory
        pendingMemory.removeAll()
        tell(changes, turn.memoryReplies)
        isTuningStored = true
        reports.removeFirst(reported.count)
        pendingOutput.removeAll()
        for (report, jobState) in zip(reported, turn.jobStates) { settled(report, jobState) }
        state.turnSucceeded(at: self.now, more: turn.more)
        // What did not fit into this turn goes with one of the next, although its job may write no more for long.
        if attempts.values.contains(where: { $0.output.hasMore }) { state.wrote() }
        setNextDue(turn.nextDue)
        setNextDeadline(turn.nextDeadline)
        logs.queue.debug(
            "a turn: \(reported.count) reported, \(turn.claims.count) claimed",
            metadata: ["running": "\(state.running)", "slots": "\(state.settings.slots)"])
        for claim in turn.claims {
            countStart(of: claim)
            start(claim)
        }
        giveBack(turn.stops)
        goOn(with: turn.stops.flatMap { state.stop($0, because: .cancel, at: now) })
        if turn.isToDrain { drainAsAsked() }
        _ = try? store.database.checkpoint()
        if turn.hasSettled { judgeSettledRuns() }
    }

    private func transact(
        _ transaction: JobTransaction, reported: [AttemptReport],
        flushes: [PendingOutput], minutes: [RunnerMinute], now: Int
    ) throws -> Turn {
        var turn = Turn()
        try transaction.requireKnownSchema()
        if state.shouldRenew(at: now) {
            turn.isToDrain = try transaction.renewLease(of: id, until: now + options.lease, memory: measureMemory())
            turn.renewed = true
            // Leases are judged by what stands here, in a transaction that could itself write: heartbeats ring nobody,
            // so that what was read earlier may be long out of date.
            if state.hasNeighbours { turn.others = try transaction.otherRunners(than: id) }
        } else {
            turn.isToDrain = try transaction.requireLive(id)
        }
        if state.mode == .draining, !saidThatItDrains { try transaction.set(.draining, of: id) }
        try storeTuning(in: transaction)
        for flush in flushes { try store(flush, in: transaction) }
        try storeRemarks(in: transaction)
        try storeWorkerNotes(in: transaction)
        turn.memoryReplies = try changeMemory(pendingMemory, in: transaction)
        try store(minutes, in: transaction)
        for report in reported {
            turn.jobStates.append(try self.report(report, to: transaction))
        }
        for attempt in attempts.values where attempt.isPIDWanted(at: now) {
            try? transaction.setPID(
                attempt.pid ?? 0, of: attempt.claim.job, leaseToken: attempt.claim.leaseToken)
        }
        try transaction.expireRuns()
        try transaction.endLapsedLeases()
        if !reported.isEmpty {
            turn.hasSettled = try !transaction.settledRuns(in: options.scope, limit: 1).isEmpty
        }
        let promotes = try transaction.promoteDueJobs()
        let places = try transaction.placeJobs()
        // The attempts that this turn reports leave their slots with it.
        let leaving = reported.count { state.holdsSlot(AttemptKey($0.claim)) }
        let free = state.mayClaim(at: now) ? state.slotsLeft + leaving : 0
        let claimed =
            turn.isToDrain
            ? ([], false)
            : try transaction.claim(
                min(free, allowance), for: id, from: options.scope, serving: serving, room: room(free: free, at: now))
        turn.claims = claimed.0
        turn.more = claimed.1 || promotes || places
        if state.running > 0 {
            turn.stops = try transaction.jobsToStop(of: id).map { AttemptKey(job: $0.job, leaseToken: $0.leaseToken) }
        }
        turn.nextDue = try transaction.nextDue()
        turn.nextDeadline = try transaction.nextDeadline()
        return turn
    }

    /// How many more jobs of workers may be claimed.
    private func room(free: Int, at now: Int) -> [String: ClaimRoom] {
        let rooms = workerRoom(free: free)
        guard state.mayClaim(at: now) else { return rooms.mapValues { _ in ClaimRoom(now: 0, ahead: 0) } }
        guard allowance < .max else { return rooms }
        return rooms.mapValues { ClaimRoom(now: $0.now, ahead: 0) }
    }

    /// Attempts that this runner may still begin.
    private var allowance: Int {
        guard case .attempts(let count)? = options.drainAfter else { return .max }
        return max(0, count - executed - state.running)
    }

    /// - Returns: the job's state after it; `nil` when the lease was over, so that the outcome is dropped.
    private func report(_ report: AttemptReport, to transaction: JobTransaction) throws -> JobState? {
        let claim = report.claim
        do {
            switch report.ending {
            case .outcome(let outcome): return try transaction.finish(claim.job, leaseToken: claim.leaseToken, outcome)
            case .skip(let reason):
                try transaction.skip(claim.job, leaseToken: claim.leaseToken, because: reason)
                return .skipped
            case .park(let parking): return try park(claim, parking, in: transaction)
            case .giveBack: return try transaction.giveBack(claim.job, leaseToken: claim.leaseToken)
            }
        } catch JobStoreError.leaseLost {
            log.warning("job \(claim.job) was taken from this runner; its late outcome is dropped")
            return nil
        }
    }

    /// What cannot be stored makes the job fail, and leaves nothing behind.
    private func park(_ claim: Claim, _ parking: Parking, in transaction: JobTransaction) throws -> JobState {
        do {
            return try transaction.undoing {
                try transaction.park(claim.job, leaseToken: claim.leaseToken, parking)
            }
        } catch let error as JobStoreError {
            if case .leaseLost = error { throw error }
            var outcome = Outcome(.failed, startedAt: transaction.now, finishedAt: transaction.now)
            outcome.error = "\(error)"
            outcome.isFinal = true
            return try transaction.finish(claim.job, leaseToken: claim.leaseToken, outcome)
        }
    }

    private func settled(_ report: AttemptReport, _ jobState: JobState?) {
        state.settled(AttemptKey(report.claim))
        guard case .outcome(let outcome) = report.ending else { return }
        executed += 1
        if let jobState { count(report, outcome, jobState) }
        logs.worker.debug(
            "job \(report.claim.job): \(outcome.state.rawValue)",
            metadata: ["attempt": "\(report.claim.attempt)", "job_state": "\(jobState?.rawValue ?? "lost")"])
        if let jobState { observer?.ended(report.claim, outcome, job: jobState) }
    }

    private func writesFail(_ error: SQLiteError, now: Int) {
        state.turnFailed(at: self.now)
        guard !saidThatWritesFail else { return }
        saidThatWritesFail = true
        log.warning("the database takes no writes; jobs go on, and what ends is kept until it does: \(error)")
    }

    // MARK: Output

    /// What was taken from buffers and is not stored yet.
    struct PendingOutput {
        let key: AttemptKey
        let pieces: [JobTransaction.Output]
        let trim: (head: Int, keptFrom: Int)
    }

    /// All that ended attempts wrote, and something of what running ones did.
    private func collectOutput(
        of reported: [AttemptReport]
    ) -> [PendingOutput] {
        var left = Self.flushBytes
        // While nothing can be stored, what runs goes on in its bounded memory.
        if !pendingOutput.isEmpty { left = 0 }
        for attempt in attempts.values where attempt.output.hasMore && left > 0 && !attempt.isOver {
            if attempt.worker?.isTentative ?? false { continue }
            left -= collect(attempt, limit: left)
        }
        for report in reported {
            if let attempt = report.attempt, attempt.output.hasMore { _ = collect(attempt, limit: .max) }
        }
        return pendingOutput
    }

    private func collect(_ attempt: RunningAttempt, limit: Int) -> Int {
        let output = attempt.output
        let pieces = output.take(limit: limit).map { chunk in
            JobTransaction.Output(
                start: chunk.offset, stream: chunk.stream == .standardOutput ? 1 : 2, bytes: chunk.bytes)
        }
        pendingOutput.append(
            PendingOutput(key: attempt.key, pieces: pieces, trim: (output.headEnd, output.keptFrom)))
        return pieces.reduce(0) { $0 + $1.bytes.count }
    }

    private func store(_ flush: PendingOutput, in transaction: JobTransaction) throws {
        do {
            try transaction.append(
                flush.pieces, to: flush.key.job, leaseToken: flush.key.leaseToken, trim: flush.trim)
        } catch JobStoreError.leaseLost {
            log.debug("output of job \(flush.key.job) came after its lease was over")
        }
    }
}
