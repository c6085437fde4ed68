package import Jobs

/// Why a job is not running, in sentences: the first is the nearest cause.
package struct Explanation: Sendable {
    package let situation: JobSituation
    package let reasons: [String]

    package init(of job: JobID, in store: JobStore) throws {
        let situation = try store.look { try $0.situation(of: job) }
        let survey = try RunnerSurvey(of: store)
        self.init(situation, survey)
    }

    init(_ situation: JobSituation, _ survey: RunnerSurvey) {
        self.situation = situation
        reasons = Self.reasons(situation, survey)
    }

    private static func reasons(_ job: JobSituation, _ survey: RunnerSurvey) -> [String] {
        switch job.state {
        case .succeeded, .failed, .skipped, .cancelled: [ended(job)]
        case .running, .reclaiming: held(job, survey)
        case .blocked: blocked(job)
        case .scheduled: awaited(job) + [scheduled(job)] + service(job, survey)
        case .ready: ready(job, survey)
        }
    }

    private static func ended(_ job: JobSituation) -> String {
        var text = "it has ended: \(job.state.rawValue)"
        if let error = job.error { text += ", \(error)" }
        return job.state == .succeeded ? text : text + "; 'weir retry \(job.job)' makes it ready again"
    }

    private static func held(_ job: JobSituation, _ survey: RunnerSurvey) -> [String] {
        guard let id = job.runner else { return [] }
        let entry = survey[id]
        if job.state == .reclaiming {
            return ["runner \(id), which ran it, died; what is left of its attempt \(job.attempt) is being killed"]
        }
        var reasons: [String] = []
        switch entry?.condition {
        case .dead?:
            reasons.append(
                "runner \(id), which ran its attempt \(job.attempt), has died; the next runner takes the job back")
            reasons += service(job, survey)
        case .hung?:
            reasons.append("runner \(id) holds it, but has not renewed its lease in time; other runners will end it")
        case .suspended?: reasons.append("runner \(id) holds it and was suspended (Ctrl-Z); SIGCONT lets both go on")
        default: reasons.append("it runs: attempt \(job.attempt), on runner \(id)")
        }
        if let since = entry?.workers.silent[job.job] {
            reasons.append("its worker has said nothing for \(lengthText(job.now.rawValue - since.rawValue))")
        }
        if job.isToStop { reasons.append("its runner was asked to cancel it") }
        return reasons
    }

    private static func blocked(_ job: JobSituation) -> [String] {
        var reasons = job.unmet.map { upstream in
            let name = upstream.name.map { " (\($0))" } ?? ""
            let wish =
                switch upstream.condition {
                case .succeeded: "must succeed"
                case .finished: "must end"
                case .failed: "must fail"
                case .passed: "must pass"
                }
            return "it waits for job \(upstream.job)\(name), which \(wish) and is \(upstream.state.rawValue)"
        }
        if job.unmetCount > job.unmet.count { reasons.append("and \(job.unmetCount - job.unmet.count) more jobs") }
        return awaited(job) + reasons
    }

    private static func awaited(_ job: JobSituation) -> [String] {
        switch job.awaits {
        case .run(let run): ["it waits for run \(run), which it started"]
        case .signal(let message):
            [
                "it waits for somebody's decision" + (message.map { ": \($0)" } ?? "")
                    + "; 'weir approve \(job.job)' gives it"
            ]
        case nil: []
        }
    }

    private static func scheduled(_ job: JobSituation) -> String {
        guard let runAt = job.runAt else { return "it is scheduled" }
        let wait = lengthText(runAt.rawValue - job.now.rawValue)
        let due = runAt <= job.now ? "it is due" : "it starts in \(wait)"
        guard job.awaits == nil else { return "without it, it goes on in \(wait)" }
        guard job.failures > 0 else { return due }
        return "\(due): attempt \(job.attempt) failed, and \(job.maxAttempts - job.failures) are left"
            + (job.error.map { "; \($0)" } ?? "")
    }

    private static func ready(_ job: JobSituation, _ survey: RunnerSurvey) -> [String] {
        var reasons: [String] = []
        if job.isQueuePaused {
            reasons.append("queue '\(job.queue)' is paused; 'weir queue resume \(job.queue)' lets it go on")
        }
        if let waits = job.waitsFor, waits < 0 {
            reasons.append("its run \(-waits) is paused, and waits to be resumed")
        }
        reasons += job.limits.compactMap { limited(by: $0, waitsFor: job.waitsFor) }
        reasons += service(job, survey)
        if job.ahead > 0 {
            let number = job.ahead < JobSituation.counted ? "\(job.ahead)" : "at least \(job.ahead)"
            let verb = job.ahead == 1 ? "job of queue '\(job.queue)' goes" : "jobs of queue '\(job.queue)' go"
            reasons.append("\(number) ready \(verb) before it")
        }
        return reasons.isEmpty ? ["it is ready; the next free slot takes it"] : reasons
    }

    private static func limited(by limit: JobSituation.LimitUse, waitsFor: Int?) -> String? {
        let name =
            switch limit.kind {
            case "pool": "pool '\(limit.name)'"
            case "step": "step '\(limit.name)'"
            default: "its run"
            }
        if limit.amount > limit.capacity {
            let way = limit.kind == "pool" ? "; 'weir pool set \(limit.name) \(limit.amount)' makes room" : ""
            return "it needs \(limit.amount) of \(name), which has only \(limit.capacity)\(way)"
        }
        guard limit.amount > limit.capacity - limit.used || limit.id == waitsFor else { return nil }
        let holders = limit.holders.isEmpty ? "" : ", held by \(list(limit.holders, of: limit.used))"
        let full = "\(name) has \(limit.used) of \(limit.capacity) in use\(holders); it needs \(limit.amount)"
        return limit.amount > limit.capacity - limit.used ? full : full + ", and a better job waits for it too"
    }

    private static func list(_ jobs: [JobID], of used: Int) -> String {
        "job" + (jobs.count == 1 ? " " : "s ") + jobs.map { "\($0)" }.joined(separator: ", ")
            + (jobs.count >= 10 && used > 10 ? " …" : "")
    }

    /// What is wrong with the runners, from the job's point of view; nothing while one has a free slot for it.
    private static func service(_ job: JobSituation, _ survey: RunnerSurvey) -> [String] {
        let ofQueue = survey.serving.filter { $0.serves(queue: job.queue, isInRun: job.run != nil) }
        if let type = job.type, !ofQueue.contains(where: { $0.serves(type: type) }) {
            let place = survey.serving.contains { $0.serves(type: type) } ? " in queue '\(job.queue)'" : ""
            return [
                "no live runner serves type '\(type)'\(place); 'weir runner --worker \(type)=COMMAND' starts one, or "
                    + "weir.yaml names it under 'workers' or 'agents'"
            ]
        }
        let serving = ofQueue.filter { $0.serves(type: job.type) }
        guard serving.isEmpty else {
            let broken = survey.brokenWorkers(of: job.type, among: serving)
            if !broken.isEmpty { return broken }
            let slots = serving.reduce(0) { $0 + $1.slots }
            let running = serving.reduce(0) { $0 + $1.running }
            return running >= slots && job.state == .ready
                ? ["all \(slots) slots of \(serving.count) runners are busy"] : []
        }
        guard !survey.serving.isEmpty else {
            return ["no runner lives; 'weir runner' starts one"]
        }
        return ["no runner serves queue '\(job.queue)'; 'weir runner --queues \(job.queue)' starts one"]
    }

    /// For people: `1 h 5 min`, `12 s`.
    private static func lengthText(_ milliseconds: Int) -> String {
        let seconds = (milliseconds + 999) / 1_000
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7_200 { return "\(seconds / 60) min" }
        if seconds < 172_800 { return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min" }
        return "\(seconds / 86_400) days"
    }
}
