import CLinux
import Executors
import Jobs
import Logging

/// Jobs for workers: they wait for a process and a slot, are given to it, and end with its answer.
extension Runner {
    /// Which jobs it can execute now; the others wait until a worker is free.
    var servingNow: Serving {
        var serving = serving
        for (type, room) in workerRoom(free: state.freeSlots) where room == ClaimRoom(now: 0, ahead: 0) {
            serving.types.remove(type)
        }
        return serving
    }

    /// How many more jobs of each type the workers can do with.
    func workerRoom(free: Int) -> [String: ClaimRoom] {
        var rooms: [String: ClaimRoom] = [:]
        for (type, definition) in options.workers {
            let pool = pool(type, definition)
            rooms[type] =
                hasGivenUp(pool)
                ? ClaimRoom(now: batch, ahead: 0)
                : pool.room(slots: state.settings.slots, free: free, batch: batch)
        }
        return rooms
    }

    /// Whether the pool's jobs fail, instead of waiting until somebody has mended what keeps its workers from starting:
    /// somebody waits for the end of this runner, or the jobs brought the command along themselves.
    private func hasGivenUp(_ pool: WorkerPool) -> Bool {
        guard pool.isResting, pool.backoff.failures >= WorkerBackoff.patience else { return false }
        return !waitsForRepair(pool)
    }

    private func waitsForRepair(_ pool: WorkerPool) -> Bool {
        guard case .queues = options.scope, options.drainAfter == nil else { return false }
        return options.workers[pool.type] == pool.definition
    }

    private func pool(_ type: String, _ definition: WorkerDefinition) -> WorkerPool {
        let key = WorkerPoolKey(type: type, definition: definition)
        if let known = pools[key] { return known }
        let pool = WorkerPool(type: type, definition: definition)
        pools[key] = pool
        return pool
    }

    // MARK: Giving

    /// A claimed job begins as soon as a worker and a slot are free.
    func start(_ claim: Claim, _ call: WorkerCall, after: Aftermath = Aftermath()) {
        let key = AttemptKey(claim)
        guard let definition = call.definition ?? options.workers[call.type] else {
            // Nobody here serves it any more.
            reports.append(AttemptReport(claim, .giveBack))
            state.exited(key)
            return
        }
        if claim.type == nil {
            // Any runner takes it, so that only its slot bounds how many of its kind wait here.
            state.started(key, at: now, timeout: nil)
        } else {
            state.waits(key)
        }
        let pool = pool(call.type, definition)
        if pool.waiting.isEmpty { pool.patienceEnd = now + WorkerPool.patience }
        pool.waiting.append(WaitingJob(claim: claim, data: call.data, after: after))
        dispatch(pool)
    }

    /// Gives what waits to workers, and starts such as are missing.
    func dispatch(_ pool: WorkerPool) {
        if hasGivenUp(pool) { return failWaiting(in: pool) }
        while let index = pool.waiting.firstIndex(where: {
            state.slotsLeft > 0 || state.holdsSlot(AttemptKey($0.claim))
        }) {
            let job = pool.waiting[index]
            // Past the lease's end, another runner may have the job.
            guard now < state.leaseUntil - state.settings.lease / 5 else {
                state.couldNotStart(at: now)
                return giveBack(pool)
            }
            if let worker = pool.idleWorker {
                if give(job, to: worker) { pool.waiting.remove(at: index) }
            } else if pool.available(slots: state.settings.slots) > 0 {
                pool.waiting.remove(at: index)
                startWorker(for: job, in: pool)
            } else {
                break
            }
        }
        // Others may be able to start one.
        if pool.isResting { giveBack(pool.waiting.map { AttemptKey($0.claim) }.filter { !state.holdsSlot($0) }) }
    }

    private func failWaiting(in pool: WorkerPool) {
        for job in pool.waiting {
            fail(job, in: pool, because: "\(pool.backoff.reason) (\(pool.backoff.failures) times in a row)")
        }
        pool.waiting.removeAll()
    }

    private func fail(_ job: WaitingJob, in pool: WorkerPool, because reason: String) {
        let now = store.timekeeper.now()
        var outcome = Outcome(.failed, startedAt: now, finishedAt: now)
        outcome.error = "the worker '\(pool.type)' cannot be started: \(reason)"
        reports.append(AttemptReport(job.claim, .outcome(outcome)))
        state.wantsTurn = true
    }

    /// - Returns: `false` when the worker had ended before: the job is for another one.
    private func give(_ job: WaitingJob, to worker: Worker) -> Bool {
        let attempt = RunningAttempt(
            claim: job.claim, work: .worker(worker), startedAt: store.timekeeper.now(), startedBoot: now)
        attempt.after = job.after
        attempt.memory = makeWatchedMemory(for: job.claim)
        do throws(WorkerFault) {
            try worker.process.give(task(for: job, type: worker.pool.type))
        } catch {
            let isFirst = worker.process.answered == 0
            blame(worker, error)
            guard isFirst else { return false }
        }
        worker.job = job
        state.started(attempt.key, at: attempt.startedBoot, timeout: job.claim.timeout)
        attempts[attempt.key] = attempt
        worker.attempt = attempt
        worker.givenAt = Int(clinux_monotonic_us())
        heard(worker)
        awaitRoom(worker)
        observer?.started(job.claim)
        return true
    }

    private func task(for job: WaitingJob, type: String) -> WorkerTask {
        let claim = job.claim
        var task = WorkerTask(
            id: "\(claim.job).\(claim.leaseToken)", type: type, data: job.data, attempt: claim.attempt)
        task.run = claim.run.map { $0.rawValue }
        task.checkpoint = claim.checkpoint
        task.key = claim.key
        task.pools = claim.poolIndexes
        task.traceParent = traceParent(of: claim)
        return task
    }

    private func startWorker(for job: WaitingJob, in pool: WorkerPool) {
        do throws(SpawnError) {
            let worker = try startWorker(in: pool)
            _ = give(job, to: worker)
        } catch {
            if OutcomeReader.outcome(of: error, at: store.timekeeper.now()).state == .interrupted {
                logs.worker.warning("no worker '\(pool.type)' can be started: \(error)")
                state.couldNotStart(at: now)
            } else if waitsForRepair(pool) {
                startFailed(pool, in: pool.backoff.failures, because: "\(error)")
            } else {
                return fail(job, in: pool, because: "\(error)")
            }
            reports.append(AttemptReport(job.claim, .giveBack))
            state.wantsTurn = true
        }
    }

    // MARK: Giving back

    /// Returns what no worker was given.
    func giveBack(_ pool: WorkerPool) {
        for job in pool.waiting { reports.append(AttemptReport(job.claim, .giveBack)) }
        if !pool.waiting.isEmpty { state.wantsTurn = true }
        pool.waiting.removeAll()
    }

    /// The same of those among `keys`, which were cancelled.
    func giveBack(_ keys: [AttemptKey]) {
        let keys = Set(keys)
        for pool in pools.values where !pool.waiting.isEmpty {
            for job in pool.waiting where keys.contains(AttemptKey(job.claim)) {
                reports.append(AttemptReport(job.claim, .giveBack))
                state.wantsTurn = true
            }
            pool.waiting.removeAll { keys.contains(AttemptKey($0.claim)) }
        }
    }

    // MARK: Answers

    /// A worker said something.
    ///
    /// - Parameter isLast: it has ended.
    func read(_ worker: Worker, isLast: Bool = false) {
        guard worker.fault == nil else {
            _ = worker.process.read()  // it must not wait for room to end
            return
        }
        let wasReady = worker.process.isReady
        let (messages, fault) = worker.process.read()
        if !wasReady, worker.process.isReady, worker.round > 0 {
            // The others were waiting for this one.
            dispatch(worker.pool)
            state.wantsTurn = true
        }
        // Before its answers are taken up: each would bring it another job.
        if let fault, worker.isInService || isLast { blame(worker, fault) }
        for case .job(_, let news) in messages { take(news, from: worker) }
    }

    private func take(_ news: WorkerMessage.News, from worker: Worker) {
        guard let attempt = worker.attempt else { return }
        heard(worker)
        switch news {
        case .progress(let percent, let message):
            attempt.progress = RunningAttempt.Progress(percent: percent, message: message)
        case .checkpoint(let json): attempt.checkpoint = json
        case .memory(let request): return take(request, of: attempt, from: worker)
        case .log(let text): attempt.output.append(Array((text + "\n").utf8), .standardOutput)
        case .result(let json): return answered(worker, attempt, .result(json == "null" ? nil : json))
        case .failure(let reason, let isFinal): return answered(worker, attempt, .failure(reason, isFinal: isFinal))
        }
        state.wrote()
    }

    private func answered(_ worker: Worker, _ attempt: RunningAttempt, _ end: WorkerEnd) {
        switch state.stopReason(of: attempt.key) {
        case .timeout, .cancel, .memory: return  // too late: the process is being ended
        case .drain, nil: break
        }
        worker.process.readErrors(into: attempt.output)
        let now = now
        let pool = worker.pool
        attempt.end = .worker(end)
        attempt.endedBoot = now
        attempt.isSwept = true
        worker.attempt = nil
        worker.job = nil
        worker.idleSince = now
        pool.pace.add(microseconds: Int(clinux_monotonic_us()) - worker.givenAt)
        pool.backoff.succeeded()
        pool.patienceEnd = now + WorkerPool.patience
        settle(attempt)
        state.answered(attempt.key, at: now)
        if isSpent(worker) || state.mode == .draining && pool.waiting.isEmpty { retire(worker) }
        dispatch(pool)
        // One commit for many, as long as there is more to do meanwhile.
        if pool.waiting.isEmpty || reports.count >= batch { state.wantsTurn = true }
    }

    private func isSpent(_ worker: Worker) -> Bool {
        let definition = worker.pool.definition
        if let limit = definition.maxJobs, worker.process.answered >= limit { return true }
        let limit = definition.memoryLimit ?? tuning?.settings.memoryLimit
        guard let limit, let resident = worker.process.residentKiB, resident > limit else {
            return false
        }
        logs.worker.info(
            "worker '\(worker.pool.type)' (process \(worker.process.pid)) has \(resident) KiB and is replaced")
        return true
    }
}
