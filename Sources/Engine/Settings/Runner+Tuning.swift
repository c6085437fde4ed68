import Glibc
import Jobs
import Logging

/// Slots that change while the runner works: by the database's settings, and by the load with the profile `auto`.
extension Runner {
    /// Whether it samples what runs and tells events.
    var monitors: Bool { tuning?.settings.monitors ?? options.monitors }

    /// Claims and reports of one turn at the most.
    var batch: Int { tuning.flatMap(\.batch) ?? options.batch }

    /// The profile that somebody chose.
    var profile: Profile? { tuning.flatMap { $0.settings.hasProfile ? $0.settings.profile : nil } }

    /// What the database says now; mostly the same as before.
    func takeUpSettings(_ rows: [String: String]) {
        do {
            guard try tuning?.takeUp(rows) ?? false, let tuning else { return }
            isTuningStored = false
            state.wantsTurn = true
            logs.settings.notice(
                "settings changed: \(tuning.slots) slots",
                metadata: ["profile": "\(tuning.settings.profile.rawValue)", "batch": "\(batch)"])
            useSlots(tuning.slots)
        } catch {
            logs.settings.warning("settings stay as they were: \(error)")
        }
    }

    /// Looks at the load about once a second while jobs run, with the profile `auto`.
    func adaptSlots(at now: Int) {
        guard tuning?.isAdaptive ?? false else { return }
        guard state.running > 0 else {
            tuning?.rest()
            return
        }
        if state.freeSlots == 0 { tuning?.saturated() }
        if let next = tuning?.nextLook, next > now { return }
        guard var sample = PressureSample.read() else { return }
        sample.jobs = JobLoad.milliseconds(of: pids.keys)
        guard tuning?.look(sample, running: state.running, at: now) ?? false, let tuning else { return }
        logs.settings.info("\(tuning.slots) slots instead of \(state.settings.slots)")
        useSlots(tuning.slots)
    }

    /// When `adaptSlots` must be called; `nil`: never.
    var nextAdaption: Int? { state.running > 0 ? tuning?.nextLook : nil }

    /// As many as the process has open files for. Jobs that run beyond a smaller number go on.
    private func useSlots(_ wanted: Int) {
        var slots = wanted
        do {
            try Self.makeRoom(forSlots: slots, workers: !options.workers.isEmpty)
        } catch {
            slots = min(slots, mostSlots)
            logs.settings.warning("\(error); it goes on with \(slots)")
        }
        guard slots != state.settings.slots else { return }
        state.setSlots(slots)
        state.wantsTurn = true
        isTuningStored = false
    }

    /// For which this process may have open files.
    private var mostSlots: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return max(1, (Int(clamping: limit.rlim_max) - 64) / Self.descriptors(workers: !options.workers.isEmpty))
    }

    /// Tells those who look at runners.
    func storeTuning(in transaction: JobTransaction) throws {
        guard !isTuningStored else { return }
        try transaction.setTuning(slots: state.settings.slots, profile: profile?.rawValue, of: id)
    }
}

/// One log for each thing that a runner tells of.
struct RunnerLogs {
    let queue: Logger
    let worker: Logger
    let settings: Logger

    init(_ log: Logger) {
        queue = log.about(.queue)
        worker = log.about(.worker)
        settings = log.about(.settings)
    }
}
