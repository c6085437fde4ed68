import Executors
import Glibc
import Jobs
import Logging
import SQLite
import Workflows

/// Where the jobs of a run resolve relative paths and commands.
struct RunPlace {
    let directory: String
    let searchPath: String?
    /// As TRACEPARENT has it, and the number of the run whose trace it is.
    let trace: String?
    let root: Int
}

/// Starting scripts, following them, ending them.
extension Runner {
    func start(_ claimed: Claim) {
        var claim = claimed
        if claim.timeout == nil, let type = claim.type {
            claim.timeout = options.agents[type]?.timeout?.wholeMilliseconds
        }
        let key = AttemptKey(claim)
        let startedAt = store.timekeeper.now()
        let startedBoot = now
        state.started(key, at: startedBoot, timeout: claim.timeout)
        logs.worker.debug("job \(claim.job) starts", metadata: ["attempt": "\(claim.attempt)"])
        if let handler {
            reports.append(AttemptReport(claim, .outcome(handler(claim))))
            state.exited(key)
            return
        }
        if let type = claim.type, claim.template == nil {
            return start(claim, type: type, key: key, startedAt: startedAt, startedBoot: startedBoot)
        }
        guard claim.template != nil else {
            return start(claim, Execution(claim), key: key, startedAt: startedAt, startedBoot: startedBoot)
        }
        decide(claim, key: key, startedAt: startedAt, startedBoot: startedBoot)
    }

    /// A job that names who executes it.
    private func start(
        _ claim: Claim, type: String, after: Aftermath = Aftermath(), key: AttemptKey, startedAt: Timestamp,
        startedBoot: Int
    ) {
        if let handler = services.handlers[type] {
            return start(claim, handler, after: after, startedAt: startedAt, startedBoot: startedBoot)
        }
        if let agent = options.agents[type], options.workers[type] == nil {
            return ask(agent, claim, type: type, startedAt: startedAt, startedBoot: startedBoot)
        }
        start(claim, WorkerCall(type: type, data: claim.data), after: after)
    }

    /// A step with something late in it.
    private func decide(_ claim: Claim, key: AttemptKey, startedAt: Timestamp, startedBoot: Int) {
        var outcome = Outcome(.succeeded, startedAt: startedAt, finishedAt: startedAt)
        do {
            switch try StepDirector.decide(claim, in: store, services: services) {
            case .execute(let execution):
                return start(claim, execution, key: key, startedAt: startedAt, startedBoot: startedBoot)
            case .succeed(let result, let extras):
                outcome.result = result
                outcome.extras = extras
                reports.append(AttemptReport(claim, .outcome(outcome)))
            case .skip(let reason): reports.append(AttemptReport(claim, .skip(reason)))
            case .park(let parking):
                reports.append(AttemptReport(claim, .park(parking.limiting(memory: claim.memoryLimit))))
            case .fail(let reason):
                outcome.state = .failed
                outcome.error = reason
                outcome.isFinal = true
                reports.append(AttemptReport(claim, .outcome(outcome)))
            }
        } catch {
            // The database could not be read: the job goes back, and is decided again.
            log.warning("job \(claim.job) goes back: \(error)")
            outcome.state = .interrupted
            outcome.error = "\(error)"
            reports.append(AttemptReport(claim, .outcome(outcome)))
            state.couldNotStart(at: startedBoot)
        }
        state.exited(key)
        state.wantsTurn = true
    }

    func start(
        _ claim: Claim, _ execution: Execution, key: AttemptKey, startedAt: Timestamp, startedBoot: Int
    ) {
        if let call = execution.worker {
            guard call.definition == nil else { return start(claim, call, after: execution.after) }
            var claim = claim
            (claim.type, claim.data) = (call.type, call.data)
            return start(
                claim, type: call.type, after: execution.after, key: key, startedAt: startedAt,
                startedBoot: startedBoot)
        }
        if let body = execution.body {
            return start(claim, body, after: execution.after, startedAt: startedAt, startedBoot: startedBoot)
        }
        if let missing = execution.inherits.first(where: { options.environment[$0] == nil }) {
            return refuse(claim, "the variable \(missing) is not set in the environment of the runner", at: startedAt)
        }
        let mark = key.mark(in: store.databaseID)
        let file = folder?.file(named: "\(claim.job).\(claim.leaseToken)")
        let memory = makeMemory(for: claim)
        do throws(SpawnError) {
            guard let file else { throw .other(call: "mkdir", errno: ENOENT) }
            var request = request(for: claim, execution, key: key, mark: mark, file: file)
            request.memoryGroup = memory?.group
            let process = try ScriptProcess.start(request, spawner: spawner)
            let attempt = RunningAttempt(
                claim: claim, mark: mark, work: .process(process, resultFile: file), startedAt: startedAt,
                startedBoot: startedBoot)
            attempt.after = execution.after
            attempt.memory = memory
            follow(attempt, process)
            observer?.started(claim)
        } catch {
            memory?.group?.remove()
            let outcome = OutcomeReader.outcome(of: error, at: startedAt)
            reports.append(AttemptReport(claim, .outcome(outcome)))
            state.exited(key)
            // The job is ready again, and claiming it at once would end the same way.
            if outcome.state == .interrupted {
                log.warning("job \(claim.job) goes back: \(error)")
                state.couldNotStart(at: startedBoot)
            }
        }
    }

    private func follow(_ attempt: RunningAttempt, _ process: ScriptProcess) {
        attempts[attempt.key] = attempt
        pids[process.pid] = attempt.key
        process.willClose = { [weak self] (descriptor: Int32) -> Void in self?.leave(descriptor) }
        try? poller.add(process.pidfd, as: PollSource(.process, Int(process.pid)))
        for descriptor in [process.outputDescriptor, process.errorDescriptor] {
            outputOwners[descriptor] = attempt.key
            try? poller.add(descriptor, as: PollSource(.output, Int(descriptor)))
        }
    }

    /// A descriptor of an attempt is about to be closed.
    private func leave(_ descriptor: Int32) {
        poller.remove(descriptor)
        outputOwners[descriptor] = nil
    }

    private func request(
        for claim: Claim, _ execution: Execution, key: AttemptKey, mark: UInt64, file: ResultFile
    ) -> ScriptRequest {
        let place = claim.run.flatMap(runPlace)
        var environment = inherited
        if let path = place?.searchPath { environment["PATH"] = path }
        environment.merge(PoolVariables.make(claim.poolIndexes)) { $1 }
        environment.merge(execution.environment) { $1 }
        for name in execution.inherits { environment[name] = options.environment[name] }
        environment["WEIR_DB"] = store.path
        environment["WEIR_JOB"] = "\(claim.job)"
        environment["WEIR_RUN"] = claim.run.map { "\($0)" }
        environment["WEIR_ATTEMPT"] = "\(claim.attempt)"
        environment["WEIR_LEASE"] = key.lease(in: store.databaseID)
        environment["WEIR_RESULT"] = file.path
        environment["TRACEPARENT"] = traceParent(of: claim)
        // A longer one would leave little room for arguments; 'weir checkpoint get' prints it.
        environment["WEIR_CHECKPOINT"] = claim.checkpoint.flatMap { $0.utf8.count <= 32 << 10 ? $0 : nil }
        let argv =
            execution.isShell
            ? ["/bin/sh", "-c", execution.command, "sh"] + execution.arguments
            : [execution.command] + execution.arguments
        // The lease's end less a margin: past it, another runner may have the job.
        let deadline = Int64(state.leaseUntil - state.settings.lease / 5)
        return ScriptRequest(
            argv: argv, environment: environment, directory: directory(of: execution, place: place),
            standardInput: execution.input, mark: mark, deadline: deadline)
    }

    private func directory(of execution: Execution, place: RunPlace?) -> String {
        let base = place?.directory ?? "."
        guard let directory = execution.directory else { return base }
        return directory.hasPrefix("/") ? directory : base + "/" + directory
    }

    private static let runPlaceSQL: SQL = """
        SELECT r.directory, r.search_path, coalesce(r.trace, root.trace), coalesce(r.root_id, r.id)
        FROM runs r
        LEFT JOIN runs root ON root.id = r.root_id
        WHERE r.id = :id
        """

    /// What the attempt tells others of its trace, as TRACEPARENT has it. All jobs of a run belong to one.
    func traceParent(of claim: Claim) -> String {
        let database = store.databaseID
        let trace =
            claim.run.flatMap(runPlace).map {
                TraceContext(stored: $0.trace, run: RunID($0.root), database: database)
            } ?? TraceContext(stored: claim.trace, job: claim.job, database: database)
        return trace.parent(of: claim.job, attempt: claim.attempt)
    }

    func runPlace(_ run: RunID) -> RunPlace? {
        if let known = runPlaces[run] { return known }
        if runPlaces.count > 10_000 { runPlaces.removeAll() }
        let place = try? store.database.connection.first(Self.runPlaceSQL, run) { row in
            RunPlace(
                directory: row.text(0), searchPath: row.optionalText(1), trace: row.optionalText(2), root: row.int(3))
        }
        runPlaces[run] = place
        return place
    }

    // MARK: Events

    func readOutput(_ descriptor: Int32) {
        guard let key = outputOwners[descriptor], let attempt = attempts[key] else { return }
        _ = attempt.process?.readOutput(descriptor)
        if attempt.output.hasMore { state.wrote() }
    }

    func exited(_ pid: Int32) {
        guard let attempt = pids[pid].flatMap({ attempts[$0] }), attempt.end == nil, let process = attempt.process,
            let exit = process.reap()
        else { return }
        pids[pid] = nil
        attempt.end = .exit(exit)
        attempt.endedBoot = now
        state.exited(attempt.key)
        let known = livePIDs
        if attempt.sweep == nil {
            // Where orphans are not adopted, only a look at all processes finds those that left the group.
            if !options.ownsProcess || process.leftovers(known: known.union(othersOrphans(than: attempt, known: known)))
            {
                beginSweep(of: attempt)
            } else {
                attempt.isSwept = true
            }
        }
        reapOrphans(except: known)
        settleIfOver(attempt)
    }

    /// Adopted processes that belong to attempts which still run: they are no leftovers of this one.
    private func othersOrphans(than attempt: RunningAttempt, known: Set<Int32>) -> [Int32] {
        guard attempts.count > 1 || !workers.isEmpty, Subreaper.hasOrphans(except: known) else { return [] }
        var marks = Set(attempts.values.lazy.filter { $0 !== attempt }.map(\.mark))
        for pool in pools.values { for worker in pool.workers { marks.insert(worker.process.mark) } }
        return Subreaper.orphans(known: known).filter { $0.mark.map(marks.contains) ?? false }.map(\.pid)
    }

    /// Processes of this runner's own that have not been reaped.
    var livePIDs: Set<Int32> { Set(pids.keys).union(workers.keys) }

    func settleIfOver(_ attempt: RunningAttempt) {
        guard attempt.isOver, attempts[attempt.key] === attempt else { return }
        settle(attempt)
        state.wantsTurn = true
    }

    /// Its outcome goes with the next turn.
    func settle(_ attempt: RunningAttempt) {
        attempts[attempt.key] = nil
        attempt.memory?.settle()
        let outcome = OutcomeReader.outcome(of: attempt, stopped: state.stopReason(of: attempt.key))
        reports.append(AttemptReport(attempt.claim, ending(of: attempt, outcome), attempt: attempt))
    }

    /// What the step asks of the attempt's result besides.
    private func ending(of attempt: RunningAttempt, _ outcome: Outcome) -> AttemptReport.Ending {
        guard attempt.claim.template != nil else { return .outcome(outcome) }
        return AftermathReader(store: store, attempt: attempt).ending(outcome)
    }

    // MARK: Ending

    func goOn(with actions: [LoopState.Action]) {
        var terminated: [RunningAttempt] = []
        var pressed: [RunningAttempt] = []
        for action in actions {
            switch action {
            case .terminate(let key): if let attempt = attempts[key] { terminated.append(attempt) }
            case .press(let key): if let attempt = attempts[key], attempt.sweep == nil { pressed.append(attempt) }
            case .kill(let key): if let attempt = attempts[key] { kill(attempt) }
            }
        }
        terminate(terminated)
        press(pressed)
    }

    private func kill(_ attempt: RunningAttempt) {
        switch attempt.work {
        case .process: if attempt.sweep == nil { beginSweep(of: attempt) }
        case .task:
            log.warning("job \(attempt.claim.job) does not heed that it was cancelled; its slot waits for its end")
        case .worker(let worker): killTree(of: worker)
        }
    }

    /// SIGTERM to every process of the attempts, wherever it went. What runs within this process is asked to end.
    private func terminate(_ attempts: [RunningAttempt]) {
        for case .task(let task) in attempts.map(\.work) { task.cancel() }
        // A worker may still answer while its runner drains.
        askToStop(attempts.filter { state.stopReason(of: $0.key) == .drain })
        terminate(attempts.filter { state.stopReason(of: $0.key) != .drain }.compactMap(\.worker))
        let attempts = attempts.filter { $0.process != nil }
        guard !attempts.isEmpty else { return }
        resources.termination.ask(scan(for: attempts))
    }

    /// Kills what ignored that.
    private func press(_ attempts: [RunningAttempt]) {
        var all = scan(for: attempts.filter { $0.process != nil })
        for attempt in attempts where state.stopReason(of: attempt.key) != .drain {
            if let worker = attempt.worker, worker.sweep == nil { all.formUnion(scan(for: worker)) }
        }
        guard !all.marks.isEmpty else { return }
        resources.termination.press(all)
    }

    /// Finds every process of the attempts in one look.
    func scan(for attempts: some Sequence<RunningAttempt>) -> MarkScan {
        var all = MarkScan(marks: [])
        for attempt in attempts {
            all.formUnion(attempt.scan(store.databaseID))
        }
        return all
    }

    /// Finds every process that this runner started for jobs.
    func scanOfAll() -> MarkScan {
        var all = scan(for: attempts.values)
        for pool in pools.values { for worker in pool.workers { all.formUnion(scan(for: worker)) } }
        return all
    }

    private func beginSweep(of attempt: RunningAttempt) {
        attempt.sweep = TreeKill(attempt.scan(store.databaseID))
        attempt.nextSweep = now
        step(attempt, at: now)
    }

    /// Goes on with trees that are being killed.
    func sweep(at now: Int) {
        for attempt in attempts.values where attempt.sweep != nil && attempt.nextSweep <= now { step(attempt, at: now) }
    }

    private func step(_ attempt: RunningAttempt, at now: Int) {
        guard var sweep = attempt.sweep else { return }
        let known = livePIDs
        switch sweep.step() {
        case .again(let after):
            attempt.sweep = sweep
            attempt.nextSweep = now + after
        case .stuck(_, let pids):
            log.warning("processes \(pids) of job \(attempt.claim.job) cannot be killed; its slot waits for their end")
            attempt.sweep = sweep
            attempt.nextSweep = now + 1_000
        case .gone where attempt.end == nil:
            // The script itself is known by its descriptor, whatever it took off; it is looked for again once it ended.
            attempt.process?.signal(SIGKILL)
            attempt.sweep = TreeKill(attempt.scan(store.databaseID))
            attempt.nextSweep = now + 5
        case .gone:
            attempt.sweep = nil
            attempt.isSwept = true
            settleIfOver(attempt)
        }
        reapOrphans(except: known)
    }

    /// Takes what adopted processes left behind; a long job may leave many before anything of ours ends.
    func reapOrphans() { reapOrphans(except: livePIDs) }

    private func reapOrphans(except known: Set<Int32>) {
        guard options.ownsProcess else { return }
        Subreaper.reapOrphans(except: known)
    }

    /// Kills everything at once and waits for its end, or until something cannot be killed.
    func abandonAll() {
        guard !attempts.isEmpty || !workers.isEmpty else { return }
        var kill = TreeKill(scanOfAll())
        for worker in workers.values { worker.process.signal(SIGKILL) }
        for attempt in attempts.values where attempt.end == nil {
            attempt.process?.signal(SIGKILL)
            if case .task(let task) = attempt.work { task.cancel() }
        }
        while case .again(let after) = kill.step() { usleep(UInt32(after) * 1_000) }
    }
}
