import SQLite

/// Which jobs a runner takes.
package enum ClaimScope: Sendable {
    /// Of these queues; `nil`: of every queue.
    case queues(Set<String>?)
    /// Of one run.
    case run(RunID)
}

extension JobTransaction {
    /// Lanes that one turn looks at in vain at the most.
    private static let laneBound = 256

    static let bestOfQueueSQL: SQL = """
        SELECT id, head_priority, head_path, head_id
        FROM lanes
        WHERE queue_id = :queue_id AND type = :type AND head_id IS NOT NULL AND waits_for IS NULL
        ORDER BY head_priority DESC, head_path DESC, head_id
        LIMIT 2
        """

    static let bestOfRunSQL: SQL = """
        SELECT id, head_priority, head_path, head_id
        FROM lanes
        WHERE run_id = :run_id AND type = :type AND head_id IS NOT NULL AND waits_for IS NULL AND run_id IS NOT NULL
        ORDER BY head_priority DESC, head_path DESC, head_id
        LIMIT 2
        """

    static let readyOfLaneSQL: SQL = """
        SELECT priority, path, id
        FROM jobs
        WHERE lane_id = :lane_id AND state = 'ready'
        ORDER BY priority DESC, path DESC, id
        LIMIT :count
        """

    // Not one statement with RETURNING: that makes a table for its rows and drops it each time, which takes as long as
    // all else. OR FAIL: the transaction is undone on any error, so that SQLite need not keep copies of pages for
    // undoing this statement alone.
    static let claimSQL: SQL = """
        UPDATE OR FAIL jobs
        SET state = 'running', runner_id = :runner_id, attempt = attempt + 1, lease_token = :seq, seq = :seq,
            started_at = CASE WHEN phase = 0 THEN :now ELSE coalesce(started_at, :now) END, pid = NULL, stop = NULL, error = NULL, exit_code = NULL
        WHERE id = :id AND state = 'ready'
        """

    static let claimedSQL: SQL = """
        SELECT attempt, run_id, command, args, shell, env, cwd, stdin, timeout_ms, key, name,
               kind, template, locals, phase, memo, signal, step, parent_id, type, data, memory_kb, checkpoint,
               ready_at, trace
        FROM jobs
        WHERE id = :id
        """

    private struct OpenLane {
        let id: Int
        let head: LaneHead
        let type: String
    }

    /// Takes the best ready jobs that fit, at most `count`, in the order of priority, path and age over all lanes.
    ///
    /// - Parameter room: for some types, how many more jobs of each this runner can do with. Of them, jobs without
    ///   limits are taken beyond `count`, as long as no other job goes before them.
    /// - Returns: what was claimed, and whether the bound on lanes ended the search, so that another turn is due.
    package func claim(
        _ count: Int, for runner: RunnerID, from scope: ClaimScope, serving: Serving = .plain,
        room: [String: ClaimRoom] = [:]
    ) throws -> (claims: [Claim], more: Bool) {
        guard count > 0 || room.values.contains(where: { $0.total > 0 }) else { return ([], false) }
        let queues: [Int] = if case .queues(let names) = scope { try openQueues(names) } else { [] }
        if case .run(let run) = scope { try wakeLanes(of: run) }
        var order = ClaimOrder(slots: count, room: room, types: serving.laneTypes)
        var claims: [Claim] = []
        claims.reserveCapacity(count)
        var inVain = 0
        let paused = try pausedRuns()
        while true {
            let (best, second) = try bestLanes(of: scope, queues: queues, types: order.types)
            guard let best else { break }
            if try waits(best.id, forOneOf: paused) { continue }
            guard let most = order.most(of: best.type, hasLimits: try !limits(of: best.id).isEmpty) else { continue }
            guard most > 0 else { break }
            let taken = try claim(most, from: best, before: second?.head, for: runner, into: &claims)
            order.take(taken, of: best.type)
            if taken == 0 {
                inVain += 1
                if inVain == Self.laneBound { return (claims, true) }
            }
            if order.isDone { break }
        }
        return (claims, false)
    }

    /// Whether jobs are left that could start now: what a runner whose slots are full rings others for.
    package func hasOpenLane(in scope: ClaimScope, serving: Serving = .plain) throws -> Bool {
        let queues: [Int] = if case .queues(let names) = scope { try openQueues(names) } else { [] }
        return try bestLanes(of: scope, queues: queues, types: serving.laneTypes).best != nil
    }

    private func bestLanes(
        of scope: ClaimScope, queues: [Int], types: [String]
    ) throws -> (best: OpenLane?, second: OpenLane?) {
        var best: OpenLane?
        var second: OpenLane?
        func consider(_ row: Row, _ type: String) {
            let lane = OpenLane(
                id: row.int(0), head: LaneHead(priority: row.int(1), path: row.int(2), id: row.int(3)), type: type)
            guard let leader = best else {
                best = lane
                return
            }
            if lane.head.goesBefore(leader.head) {
                second = leader
                best = lane
            } else if second.map({ lane.head.goesBefore($0.head) }) ?? true {
                second = lane
            }
        }
        switch scope {
        case .run(let run):
            for type in types { try connection.forEach(Self.bestOfRunSQL, run, type) { consider($0, type) } }
        case .queues:
            for queue in queues {
                for type in types { try connection.forEach(Self.bestOfQueueSQL, queue, type) { consider($0, type) } }
            }
        }
        return (best, second)
    }

    /// Claims from the best lane as many jobs as fit and go before every other lane's head. Returns how many; none
    /// when the lane was put to wait or its head was stale, and the search goes on.
    private func claim(
        _ count: Int, from lane: OpenLane, before bound: LaneHead?, for runner: RunnerID, into claims: inout [Claim]
    ) throws -> Int {
        var units = count
        if !(try limits(of: lane.id).isEmpty) {
            switch try room(in: lane.id, for: lane.head) {
            case .full(let limit):
                try wait(lane: lane.id, for: limit)
                return 0
            case .wokeBetter: return 0
            case .units(let fitting, let shared):
                // Where amounts differ, a waiter may hold a reservation between two jobs of this lane.
                units = shared ? 1 : min(units, fitting)
            }
        }
        let ready = try connection.all(Self.readyOfLaneSQL, lane.id, units + 1) { row in
            LaneHead(priority: row.int(0), path: row.int(1), id: row.int(2))
        }
        guard let first = ready.first, first == lane.head else {
            try setHead(ready.first, of: lane.id)
            try wakeLimits(of: lane.id)
            return 0
        }
        wokenLanes.remove(lane.id)
        let indexed = try limits(of: lane.id).isEmpty ? [] : indexedLimits(of: lane.id)
        var taken = 0
        for job in ready.prefix(units) {
            if let bound, !job.goesBefore(bound) { break }
            var claim = try take(JobID(job.id), for: runner)
            if !indexed.isEmpty { claim.poolIndexes = try takeUnits(of: indexed, for: claim.job) }
            if let run = claim.run { try runStarted(run) }
            claims.append(claim)
            freshJobs.remove(job.id)
            taken += 1
        }
        try setHead(taken < ready.count ? ready[taken] : nil, of: lane.id)
        // The lane went back in the order, or left it: whoever waits behind it at a limit with room is looked at.
        try wakeLimits(of: lane.id)
        return taken
    }

    func take(_ job: JobID, for runner: RunnerID) throws -> Claim {
        let token = try sequence()
        guard try connection.execute(Self.claimSQL, runner, token, now, job) == 1 else {
            throw JobStoreError.invalid("job \(job) was ready and could not be claimed")
        }
        let claim = try connection.first(Self.claimedSQL, job) { row in
            var claim = Claim(
                job: job, leaseToken: token, attempt: row.int(0), run: row.optionalInt(1).map { RunID($0) },
                command: row.text(2), arguments: try JSONText.strings(row.optionalText(3)), shell: row.bool(4),
                environment: try JSONText.stringsByName(row.optionalText(5)), directory: row.optionalText(6),
                standardInput: row.optionalBlob(7), timeout: row.optionalInt(8), key: row.optionalText(9),
                name: row.optionalText(10))
            claim.readyAt = row.optionalInt(23).map { Timestamp($0) }
            if !row.isNull(24) { claim.trace = row.text(24) }
            if !row.isNull(21) { claim.memoryLimit = row.int(21) }
            if !row.isNull(22) { claim.checkpoint = row.text(22) }
            guard !row.isNull(12) || !row.isNull(19) else { return claim }
            claim.kind = JobKind(rawValue: row.text(11)) ?? .script
            claim.type = row.optionalText(19)
            claim.data = row.optionalText(20)
            claim.template = row.optionalText(12)
            claim.locals = row.optionalText(13)
            claim.phase = row.int(14)
            claim.memo = row.optionalText(15)
            claim.signal = row.optionalText(16)
            claim.step = row.optionalText(17)
            claim.parent = row.optionalInt(18).map { JobID($0) }
            return claim
        }
        guard let claim else { throw JobStoreError.noSuchJob(job) }
        return claim
    }
}
