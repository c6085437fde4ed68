import CLinux
import Executors
import Glibc
package import Jobs
package import Logging
import SQLite

/// Claims jobs and executes them in a number of slots, until it is told to stop.
///
/// One thread, an epoll and the pure `LoopState`: wait, take up what happened, one transaction if there is a reason,
/// start what was claimed. The thread that calls `run` must live as long as the process: scripts die with it.
package final class Runner {
    let store: JobStore
    let options: RunnerOptions
    let log: Logger
    let logs: RunnerLogs
    let observer: (any RunnerObserver)?
    /// Executes jobs in the loop's own thread instead of as scripts. It must be quick: nothing else goes on meanwhile.
    package var handler: ((Claim) -> Outcome)?
    /// What it executes besides processes. Set before `run`.
    package var services = RunnerServices()
    package private(set) var id = RunnerID(0)

    var state: LoopState
    var tuning: RunnerTuning?
    /// Whether the runner's row says what `tuning` does.
    var isTuningStored = true
    var ladder = LogLadder()
    var attempts: [AttemptKey: RunningAttempt] = [:]
    var pools: [WorkerPoolKey: WorkerPool] = [:]
    var workers: [Int32: Worker] = [:]  // by pid, those that have not been reaped
    var workerEnds: [Int32: WorkerDescriptor] = [:]  // by descriptor
    var pids: [Int32: AttemptKey] = [:]  // of attempts' processes that have not been reaped
    var reports: [AttemptReport] = []
    var end: RunnerEnd?
    var executed = 0
    var pendingOutput: [PendingOutput] = []
    var pendingMemory: [PendingMemory] = []
    /// `nil`: nothing is counted.
    var meter: RunnerMeter?
    var outputOwners: [Int32: AttemptKey] = [:]  // by descriptor

    let poller: Poller
    let doorbell: Doorbell
    let signals: SignalInbox
    let mailbox: Mailbox
    let liveness: Liveness
    let neighbours: Neighbours
    let rescuer: Rescuer
    /// `nil` for a runner that executes one run's jobs only.
    let scheduler: Scheduler?
    let spawner: Spawner
    var folder: ResultFolder?
    let inherited: [String: String]
    var runPlaces: [RunID: RunPlace] = [:]
    var resources = RunnerResources()

    private let process: ProcessIdentity
    private let startedAt: Int
    private var lastWake: Int
    private var dataVersion = 0
    /// As the database has them.
    var storedWorkerNotes = WorkerNotes()
    var saidThatWritesFail = false
    var saidThatItDrains = false
    /// Its row says that it is to drain, and it does.
    var isDrainAsked = false

    /// Prepares to run on `store`, whose thread this is from now on. Where it owns the process, it blocks the signals
    /// that it takes as events.
    package init(
        store: JobStore, options: RunnerOptions, log: Logger, observer: (any RunnerObserver)? = nil
    ) throws {
        self.store = store
        self.options = options
        self.log = log
        logs = RunnerLogs(log)
        self.observer = observer
        if store.machine == nil { store.fillPoolsFromMachine() }
        tuning = try options.settings.map { try RunnerTuning($0, rows: try store.look { try $0.parallelSettings() }) }
        let slots = tuning?.slots ?? options.slots
        isTuningStored = tuning == nil
        var settings = LoopState.Settings(slots: slots)
        settings.lease = options.lease
        settings.grace = options.grace
        state = LoopState(settings)
        signals = try SignalInbox(options.ownsProcess ? [SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT] : [])
        if options.ownsProcess { signal(SIGPIPE, SIG_IGN) }
        if options.isPlain || !options.workers.isEmpty {
            try Self.makeRoom(forSlots: slots, workers: !options.workers.isEmpty)
        }
        poller = try Poller()
        mailbox = try Mailbox()
        doorbell = try Doorbell(database: store.path)
        liveness = try Liveness(database: store.path)
        process = HostIdentity.process(store.database.gateIdentity)
        neighbours = Neighbours(poller: poller, process: process)
        let environment = options.environment
        rescuer = Rescuer(store: store, liveness: liveness, log: log.about(.rescue)) { runner in
            Self.resultFolder(of: runner, in: store, environment)
        }
        scheduler = if case .queues = options.scope { Scheduler(store: store, log: log.about(.schedule)) } else { nil }
        spawner = try Spawner()
        inherited = JobEnvironment.make(inherited: options.environment, declared: [:], weir: [:])
        startedAt = store.timekeeper.boottime()
        lastWake = startedAt
        try poller.add(doorbell.descriptor, as: PollSource(.bell))
        try poller.add(signals.descriptor, as: PollSource(.signals))
        try poller.add(mailbox.descriptor, as: PollSource(.mail))
    }

    var now: Int { store.timekeeper.boottime() }

    /// Which jobs it can execute.
    var serving: Serving {
        let types = Set(services.handlers.keys).union(options.workers.keys).union(options.agents.keys)
        return Serving(isPlain: options.isPlain, types: types)
    }

    /// Works until a signal, the observer or `drainAfter` ends it. Nothing of its jobs lives after that.
    ///
    /// - Throws: `.runnerLost` when it was declared dead meanwhile, and what the database throws for good.
    package func run() throws -> RunnerEnd {
        if options.ownsProcess { try Subreaper.become() }
        try register()
        defer { folder?.remove() }
        do {
            try lookAround()
            while state.mode != .ended {
                try step()
            }
        } catch {
            // The jobs are another's from now on, or nobody's: nothing of them may outlive this loop.
            abandonAll()
            throw error
        }
        endWorkers()
        try retire()
        return end ?? .finished
    }

    private func register() throws {
        let leaseUntil = now + options.lease
        let queues: [String]? = if case .queues(let names) = options.scope { names?.sorted() } else { nil }
        var info = RunnerInfo(
            kind: options.kind, slots: state.settings.slots, queues: queues, host: HostIdentity.hostName(),
            process: process,
            version: options.version, lease: options.lease)
        info.serving = serving
        info.memory = monitors ? ResidentMemory.ofTree() : nil
        var others: [OtherRunner] = []
        id = try store.write { transaction in
            others = try transaction.otherRunners(than: nil)
            try transaction.updateMachinePools(mayShrink: others.isEmpty)
            return try transaction.register(info, leaseUntil: leaseUntil) { id in
                guard liveness.take(id) else {
                    throw JobStoreError.invalid("the lock of the new runner \(id) in \(store.path)-live is taken")
                }
            }
        }
        store.database.gateIdentity.runnerID = Int64(id.rawValue)
        state.renewed(at: now)
        prepareMemoryGroups(living: others)
        folder = try ResultFolder(path: Self.resultFolder(of: id, in: store, options.environment))
        log.info("runner \(id) works on \(store.path) with \(state.settings.slots) slots")
    }

    /// What a slot takes: three for a job, four for a worker.
    static func descriptors(workers: Bool) -> Int { workers ? 7 : 3 }

    /// Raises the limit when the usual one is too low for all slots.
    static func makeRoom(forSlots slots: Int, workers: Bool) throws {
        let needed = rlim_t(slots * descriptors(workers: workers) + 64)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < needed else { return }
        guard limit.rlim_max >= needed else {
            throw JobStoreError.invalid(
                "\(slots) slots need \(needed) open files, and this process may have \(limit.rlim_max); "
                    + "take fewer slots, or raise the limit (ulimit -Hn)")
        }
        limit.rlim_cur = needed
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Where results are written: a folder of this runner's own under TMPDIR.
    private static func resultFolder(
        of id: RunnerID, in store: JobStore, _ environment: [String: String]
    ) -> String {
        "\(environment["TMPDIR"] ?? "/tmp")/weir-\(store.databaseID.prefix(12))-\(id)"
    }

    private func retire() throws {
        try? store.write { transaction in
            try storeLastMinutes(in: transaction)
            if storedWorkerNotes != WorkerNotes() { try transaction.setWorkerNotes(WorkerNotes(), of: id) }
            try transaction.set(.stopped, of: id)
        }
        liveness.release(id)
        _ = try? store.database.checkpoint()
        log.info("runner \(id) stopped after \(executed) attempts")
    }

    // MARK: One step of the loop

    private func step() throws {
        let events = poller.wait(timeout())
        noticePause()
        var isWoken = false
        // Ends first: what has ended by itself is not ended by a signal that came at the same time.
        for event in events where event.kind == .process { exited(Int32(event.number)) }
        for event in events {
            switch event.kind {
            case .process: break
            case .bell: isWoken = takeUpRings() || isWoken
            case .signals: for signal in signals.drain() { try take(signal) }
            case .output: readOutput(Int32(event.number))
            case .mail: takeUpMail()
            case .worker: workerEvent(Int32(event.number))
            case .runner:
                try neighbourDied(RunnerID(event.number))
                isWoken = true
            }
        }
        let now = self.now
        goOn(with: state.actions(at: now))
        sweep(at: now)
        stepWorkers(at: now)
        watchMemory(at: now)
        try rescue(at: now)
        adaptSlots(at: now)
        do {
            try look(isWoken: isWoken, isQuiet: events.isEmpty, at: now)
        } catch let error as SQLiteError where error.mayPass {
            // A look that failed is made up for by the next turn, which is tried until it succeeds.
            state.turnFailed(at: self.now)
        }
        drainIfAsked(at: now)
    }

    /// Looks at the database for whatever reason there is, and takes a turn when one is due.
    private func look(isWoken: Bool, isQuiet: Bool, at now: Int) throws {
        var isWoken = isWoken
        if ladder.isDue(at: now), try logMoved() { isWoken = true }
        if state.isPollDue(at: now) {
            state.polled(at: now)
            if try logMoved() { isWoken = true }
            // The wall clock may have been set: what is due is due by it.
            setNextDue(try store.look { try $0.nextDue() })
            if let scheduler { setNextFire(try scheduler.nextFire()) }
        }
        if isWoken { try lookAround() }
        if let scheduler, state.isFireDue(at: now) {
            try scheduler.fireDue()
            try lookAround()
        }
        if state.isTurnDue(at: now) || (meter?.isWriteDue(at: now) ?? false && state.retryTurnAt ?? now <= now) {
            try takeTurn()
        }
        if let observer, isWoken || !isQuiet || (observer.nextLook.map { $0 <= now } ?? false) {
            if try observer.look() { state.drainGently() }
        }
        try settle(isQuiet: isQuiet && !isWoken)
    }

    /// Milliseconds that the loop may sleep.
    private func timeout() -> Int? {
        let now = self.now
        var wake = state.nextWake()
        func consider(_ time: Int?) { if let time { wake = min(wake ?? .max, time) } }
        consider(ladder.nextLook)
        consider(rescuer.nextStep)
        consider(observer?.nextLook)
        consider(recheckAt)
        consider(nextWorkerStep)
        consider(meter?.nextWrite.map { max($0, state.retryTurnAt ?? $0) })
        consider(resources.nextLook)
        consider(nextAdaption)
        for attempt in attempts.values where attempt.sweep != nil { consider(attempt.nextSweep) }
        if case .time(let length)? = options.drainAfter, state.mode == .working { consider(startedAt + length) }
        // A short silence first: only who has nothing to do watches the log.
        if watchWanted, !doorbell.watchesLog, ladder.nextLook == nil { consider(now + 2) }
        return wake.map { $0 <= now ? 0 : $0 - now }
    }

    /// Whether a stranger's job could be claimed.
    private var watchWanted: Bool { state.freeSlots > 0 }

    /// Begins to watch the log once a moment was quiet.
    private func settle(isQuiet: Bool) throws {
        guard isQuiet, watchWanted, !doorbell.watchesLog, ladder.nextLook == nil else { return }
        doorbell.watchLog()
        ladder.begin(at: now)
        if try logMoved() { try lookAround() }
    }

    /// Returns whether one of our own writers rang.
    private func takeUpRings() -> Bool {
        let events = doorbell.drain()
        if events.log { ladder.event(at: now) }
        return events.bell
    }

    /// Whether somebody else has committed since the last look.
    private func logMoved() throws -> Bool {
        let version = try store.database.connection.dataVersion()
        defer { dataVersion = version }
        guard version != dataVersion else { return false }
        ladder.end()
        return true
    }

    /// What the database holds for this runner, read without the write lock: most rings are for somebody else.
    func lookAround() throws {
        _ = try logMoved()
        let found = try store.look { transaction in
            (
                others: try transaction.otherRunners(than: id),
                hasWork: state.freeSlots > 0 ? try transaction.hasWork(in: options.scope, serving: servingNow) : false,
                hasStops: state.running > 0 ? try !transaction.jobsToStop(of: id).isEmpty : false,
                nextDue: try transaction.nextDue(),
                hasSettled: try !transaction.settledRuns(in: options.scope, limit: 1).isEmpty,
                nextFire: scheduler == nil ? nil : try transaction.nextFire(),
                nextDeadline: try transaction.nextDeadline(),
                settings: tuning == nil ? nil : try transaction.parallelSettings(),
                isToDrain: try transaction.isToDrain(id)
            )
        }
        if found.isToDrain { drainAsAsked() }
        if let rows = found.settings { takeUpSettings(rows) }
        if found.hasSettled { judgeSettledRuns() }
        if found.hasWork || found.hasStops { state.wantsTurn = true }
        setNextDue(found.nextDue)
        setNextFire(found.nextFire)
        setNextDeadline(found.nextDeadline)
        try meet(found.others)
    }

    /// Takes up who else is there. Who died before this runner could watch it is rescued.
    func meet(_ others: [OtherRunner]) throws {
        for new in neighbours.update(others) where new != id {
            if try beginRescue(of: new) { neighbours.died(new) }
        }
        state.hasNeighbours = !neighbours.isEmpty
        state.awaitRescues(of: Set(others.lazy.filter { $0.state == .dead && $0.holdsJobs }.map(\.id)), at: now)
        // Some die unseen, or their rescuer does: their locks tell.
        if neighbours.hasUnwatched, recheckAt == nil { recheckAt = now + 500 }
    }

    func setNextDue(_ due: Timestamp?) {
        state.nextDue = due.map { now + max(0, $0.rawValue - store.timekeeper.now().rawValue) }
    }

    func setNextFire(_ due: Timestamp?) {
        // Looked at again once a minute: the wall clock may be set, and nothing tells of that.
        state.nextFire = due.map { now + min(60_000, max(0, $0.rawValue - store.timekeeper.now().rawValue)) }
    }

    func setNextDeadline(_ due: Timestamp?) {
        state.nextDeadline = due.map { now + min(60_000, max(0, $0.rawValue - store.timekeeper.now().rawValue)) }
    }

    /// After a time in which this process did not run, what it saw of others' leases before means nothing.
    private func noticePause() {
        let now = self.now
        if now - lastWake > state.settings.heartbeat * 2 { neighbours.forgetSightings() }
        lastWake = now
    }

    // MARK: Neighbours

    /// When to try again the locks of runners whose death would not be seen otherwise.
    var recheckAt: Int?

    private func neighbourDied(_ runner: RunnerID) throws {
        neighbours.died(runner)
        if neighbours[runner]?.holdsJobs ?? false { state.awaitRescue(of: runner, at: now) }
        if !(try beginRescue(of: runner)) { recheckAt = now + 5 }
    }

    private func beginRescue(of runner: RunnerID) throws -> Bool {
        do {
            return try rescuer.begin(runner, at: now)
        } catch let error as SQLiteError where error.mayPass {
            return false
        }
    }

    private func rescue(at now: Int) throws {
        if let recheck = recheckAt, recheck <= now {
            recheckAt = nil
            try lookForDead(at: now)
        }
        guard let due = rescuer.nextStep, due <= now else { return }
        if !(try rescuer.step(at: now)).isEmpty { try lookAround() }
    }

    /// Tries the locks of all whose death would not be seen otherwise.
    func lookForDead(at now: Int) throws {
        try lookAround()
        for runner in neighbours.ids where !(try beginRescue(of: runner)) && neighbours.hasUnwatched {
            recheckAt = now + 500
        }
    }

    /// Ends runners of ours that hang: their leases are over, and were so a heartbeat ago.
    func endHungRunners(at now: Int) {
        for runner in neighbours.hung(at: now, heartbeat: state.settings.heartbeat) {
            if runner.kind == .embedded || !neighbours.isReachable(runner) {
                log.warning("runner \(runner.id) lets its lease lapse; its jobs wait for it")
            } else if neighbours.kill(runner) {
                log.warning("runner \(runner.id) (process \(runner.process.pid)) hangs and was killed")
            }
        }
    }

    // MARK: The end

    private func drainIfAsked(at now: Int) {
        guard state.mode == .working, let condition = options.drainAfter else { return }
        let isOver =
            switch condition {
            case .time(let length): now >= startedAt + length
            case .attempts(let count): executed + state.running >= count
            case .idle: isAllDone
            }
        if isOver { state.drainGently() }
    }

    private var isAllDone: Bool {
        guard state.isIdle, reports.isEmpty, case .queues(let names) = options.scope else { return false }
        return !((try? store.look { try $0.hasUnfinishedJobs(in: names, serving: serving) }) ?? true)
    }
}
