import Executors
import Glibc
import Jobs
import Logging

/// The processes of workers: their start, what they do wrong, their end.
extension Runner {
    // MARK: The start

    func startWorker(in pool: WorkerPool) throws(SpawnError) -> Worker {
        guard let mark = freeMark() else { throw .exhausted(call: "worker", errno: EAGAIN) }
        let process = try WorkerProcess.start(
            request(for: pool, mark), lineLimit: pool.definition.lineLimit, spawner: spawner)
        let worker = Worker(process, mark: mark, pool: pool, at: now)
        pool.workers.append(worker)
        workers[process.pid] = worker
        process.willClose = { [weak self] (descriptor: Int32) -> Void in
            self?.poller.remove(descriptor)
            self?.workerEnds[descriptor] = nil
        }
        for (descriptor, role) in [
            (process.pidfd, WorkerDescriptor.Role.exit), (process.outputDescriptor, .output),
            (process.errorDescriptor, .error),
        ] {
            workerEnds[descriptor] = WorkerDescriptor(worker: worker, role: role)
            try? poller.add(descriptor, as: PollSource(.worker, Int(descriptor)))
        }
        logs.worker.info("worker '\(pool.type)' started as process \(process.pid)")
        return worker
    }

    private func freeMark() -> WorkerMark? {
        let taken = Set(pools.values.flatMap { $0.workers.map(\.mark.number) })
        return (0..<WorkerMark.limit).first { !taken.contains($0) }.map { WorkerMark(runner: id, number: $0) }
    }

    private func request(for pool: WorkerPool, _ mark: WorkerMark) -> ScriptRequest {
        let definition = pool.definition
        var environment = inherited
        environment.merge(definition.environment) { $1 }
        environment["WEIR_DB"] = store.path
        environment["WEIR_WORKER"] = pool.type
        environment["WEIR_LEASE"] = mark.lease(in: store.databaseID)
        return ScriptRequest(
            argv: definition.argv, environment: environment, directory: definition.directory ?? ".",
            mark: mark.mark(in: store.databaseID), deadline: Int64(state.leaseUntil - state.settings.lease / 5))
    }

    // MARK: Events

    func workerEvent(_ descriptor: Int32) {
        guard let end = workerEnds[descriptor] else { return }
        let worker = end.worker
        switch end.role {
        case .exit: workerEnded(worker)
        case .output: read(worker)
        case .error:
            worker.process.readErrors(into: worker.attempt?.output)
            if worker.attempt?.output.hasMore ?? false { state.wrote() }
        case .input:
            do throws(WorkerFault) { try worker.process.write() } catch { blame(worker, error) }
            awaitRoom(worker)
        }
    }

    /// Watches a worker's standard input while bytes wait for room there.
    func awaitRoom(_ worker: Worker) {
        let descriptor = worker.process.inputDescriptor
        guard descriptor >= 0 else { return }
        if worker.process.wantsToWrite, workerEnds[descriptor] == nil {
            workerEnds[descriptor] = WorkerDescriptor(worker: worker, role: .input)
            try? poller.add(descriptor, as: PollSource(.worker, Int(descriptor)), forWriting: true)
        } else if !worker.process.wantsToWrite, workerEnds[descriptor] != nil {
            poller.remove(descriptor)
            workerEnds[descriptor] = nil
        }
    }

    private func workerEnded(_ worker: Worker) {
        guard worker.exit == nil else { return }
        worker.isEnding = true
        read(worker, isLast: true)
        worker.process.readErrors(into: worker.attempt?.output)
        guard let exit = worker.process.reap() else { return }
        workers[worker.process.pid] = nil
        worker.exit = exit
        worker.leftJobUnread = !worker.process.hasReadTask
        if let attempt = worker.attempt, worker.process.answered > 0, worker.leftJobUnread,
            state.stopReason(of: attempt.key) == nil
        {
            // It ended of itself between two jobs: this one never reached it.
            forget(attempt, of: worker)
        }
        worker.process.closeAll()
        guard worker.sweep == nil else { return }
        switch worker.fault?.what {
        case nil where worker.killAt == nil, .closedInput, .closedOutput: worker.fault = (.ended(exit), now)
        default: break
        }
        killTree(of: worker)
    }

    private func forget(_ attempt: RunningAttempt, of worker: Worker) {
        worker.attempt = nil
        attempts[attempt.key] = nil
        attempt.memory?.settle()
        guard attempt.claim.type == nil, state.mode == .working, let job = worker.job else {
            reports.append(AttemptReport(attempt.claim, .giveBack))
            return state.exited(attempt.key)
        }
        // Any runner would take it at once, and fare as this one did: it waits here.
        state.started(attempt.key, at: now, timeout: nil)
        worker.pool.waiting.append(job)
    }

    // MARK: Ending

    /// The worker did something wrong: it is ended, and the job that it has is lost.
    func blame(_ worker: Worker, _ fault: WorkerFault) {
        guard worker.fault == nil, worker.exit == nil else { return }
        switch (fault, worker.isEnding) {
        case (.closedInput, true), (.closedOutput, true): break
        case (_, true): worker.fault = (fault, now)
        case (.closedInput, false), (.closedOutput, false):
            // Most likely it is ending, and how says more.
            worker.fault = (fault, now + 200)
        case (_, false):
            worker.fault = (fault, now)
            killTree(of: worker)
        }
    }

    /// Asks it to end: there are no more jobs for it.
    func retire(_ worker: Worker) {
        guard worker.isInService else { return }
        worker.killAt = now + state.settings.grace
        worker.process.closeInput()
    }

    /// The job that it has must end: SIGTERM to all its processes.
    func terminate(_ workers: [Worker]) {
        guard !workers.isEmpty else { return }
        var all = MarkScan(marks: [])
        for worker in workers {
            worker.killAt = now + state.settings.grace
            all.formUnion(scan(for: worker))
        }
        resources.termination.ask(all)
    }

    func killTree(of worker: Worker) {
        guard worker.sweep == nil else { return }
        worker.sweep = TreeKill(scan(for: worker))
        worker.nextSweep = now
        step(worker, at: now)
    }

    func scan(for worker: Worker) -> MarkScan {
        worker.process.scan(lease: worker.mark.lease(in: store.databaseID))
    }

    /// Goes on with all that is due.
    func stepWorkers(at now: Int) {
        for pool in pools.values {
            if pool.backoff.expire(at: now) {
                dispatch(pool)
                state.wantsTurn = true
            }
            if let end = pool.patienceEnd, end <= now, !pool.waiting.isEmpty {
                pool.patienceEnd = nil
                pool.pace.stalled()
                giveBack(pool.waiting.map { AttemptKey($0.claim) }.filter { !state.holdsSlot($0) })
            }
            for worker in pool.workers where (worker.nextStep ?? .max) <= now { step(worker, at: now) }
        }
    }

    /// When something of the workers is due although nothing happens.
    var nextWorkerStep: Int? { pools.values.compactMap(\.nextStep).min() }

    private func step(_ worker: Worker, at now: Int) {
        guard var sweep = worker.sweep else {
            if worker.fault != nil || worker.killAt != nil {
                killTree(of: worker)
            } else if !worker.process.isReady {
                blame(worker, .silent(worker.pool.definition.startTimeout))
            } else if worker.attempt != nil {
                noteSilence(of: worker)
            } else {
                retire(worker)
            }
            return
        }
        switch sweep.step() {
        case .again(let after):
            worker.sweep = sweep
            worker.nextSweep = now + after
        case .stuck(_, let pids):
            logs.worker.warning("processes \(pids) of worker '\(worker.pool.type)' cannot be killed")
            worker.sweep = sweep
            worker.nextSweep = now + 1_000
        case .gone where worker.exit == nil:
            worker.process.signal(SIGKILL)
            worker.sweep = TreeKill(scan(for: worker))
            worker.nextSweep = now + 5
        case .gone: isGone(worker)
        }
        reapOrphans()
    }

    /// Nothing of it lives any more.
    private func isGone(_ worker: Worker) {
        let pool = worker.pool
        pool.workers.removeAll { $0 === worker }
        let name = "worker '\(pool.type)' (process \(worker.process.pid))"
        report(worker, name: name)
        if let attempt = worker.attempt {
            if isSpared(attempt, by: worker) {
                forget(attempt, of: worker)
            } else {
                lose(attempt, of: worker, name: name)
            }
        }
        worker.attempt = nil
        worker.job = nil
        state.wantsTurn = true
        dispatch(pool)
        // A runner that lives long sees many workflows.
        if pool.isForgettable, options.workers[pool.type] != pool.definition {
            pools[WorkerPoolKey(type: pool.type, definition: pool.definition)] = nil
        }
    }

    private func report(_ worker: Worker, name: String) {
        guard worker.fault != nil else { return logs.worker.info("\(name) ended") }
        guard worker.process.answered == 0 else {
            return logs.worker.warning("\(name) was lost: \(reason(of: worker))")
        }
        if worker.hasBegun { logs.worker.warning("\(name) was lost: \(reason(of: worker))") }
        startFailed(worker.pool, in: worker.round, because: reason(of: worker), isToSay: !worker.hasBegun)
    }

    /// Whether the job has no part in the worker's end: it never reached it.
    private func isSpared(_ attempt: RunningAttempt, by worker: Worker) -> Bool {
        state.stopReason(of: attempt.key) == nil && worker.fault != nil && !worker.hasBegun
    }

    /// What happened to it, with the last that it wrote to standard error.
    private func reason(of worker: Worker) -> String {
        guard let fault = worker.fault else { return "it was ended" }
        return "\(fault.what)" + (worker.process.lastWords.map { "; it wrote: \($0)" } ?? "")
    }

    /// A process did not come to its first job. The pool rests for a while, and says so once for all that it started
    /// together.
    func startFailed(_ pool: WorkerPool, in round: Int, because reason: String, isToSay: Bool = true) {
        guard let wait = pool.backoff.failed(in: round, at: now, because: reason), isToSay else { return }
        let times = pool.backoff.failures == 1 ? "" : ", \(pool.backoff.failures) times in a row"
        logs.worker.error(
            "worker '\(pool.type)' does not start\(times); the next try follows in \(wait) ms: \(reason)")
        state.wantsTurn = true
    }

    private func lose(_ attempt: RunningAttempt, of worker: Worker, name: String) {
        let reason = reason(of: worker)
        if state.stopReason(of: attempt.key) == nil {
            attempt.output.append(Array("weir: the \(name) was lost: \(reason)\n".utf8), .standardError)
        }
        attempt.end = .worker(.lost("the \(name) was lost: \(reason)"))
        attempt.endedBoot = now
        attempt.isSwept = true
        state.exited(attempt.key)
        settleIfOver(attempt)
    }

    // MARK: The runner's end

    /// A drain: what has not begun goes back, and who has nothing to do ends.
    func dismissWorkers() {
        for pool in pools.values {
            giveBack(pool)
            for worker in pool.workers where worker.isIdle { retire(worker) }
        }
    }

    /// Ends all workers, which have no jobs any more, and waits for their end.
    func endWorkers() {
        let all = pools.values.flatMap(\.workers)
        guard !all.isEmpty else { return }
        for worker in all { worker.process.closeInput() }
        let patience = min(2_000, state.settings.grace)
        waitForEnd(of: all, until: now + patience)
        if all.contains(where: { $0.exit == nil }) {
            for worker in all { worker.process.signal(SIGTERM) }
            waitForEnd(of: all, until: now + state.settings.grace - patience)
        }
        abandon(all)
    }

    private func waitForEnd(of all: [Worker], until end: Int) {
        while true {
            let living = all.filter { $0.exit == nil }
            guard !living.isEmpty, now < end else { return }
            var polled = living.flatMap { worker in
                let process = worker.process
                return [process.pidfd, process.outputDescriptor, process.errorDescriptor].map {
                    pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
                }
            }
            poll(&polled, nfds_t(polled.count), Int32(clamping: end - now))
            for worker in living {
                // Who writes on must not wait for room.
                _ = worker.process.read()
                worker.process.readErrors(into: nil)
                worker.exit = worker.process.reap()
            }
        }
    }

    /// Kills all that is left of them at once.
    private func abandon(_ all: [Worker]) {
        var scan = MarkScan(marks: [])
        for worker in all { scan.formUnion(self.scan(for: worker)) }
        var kill = TreeKill(scan)
        while case .again(let after) = kill.step() { usleep(UInt32(after) * 1_000) }
        for worker in all where worker.exit == nil { worker.process.signal(SIGKILL) }
    }
}
