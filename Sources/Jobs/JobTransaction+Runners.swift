import SQLite

/// A process that wants to claim jobs.
package struct RunnerInfo: Sendable {
    package enum Kind: String, Sendable, SQLiteBindable { case runner, run, embedded }

    package var kind: Kind
    package var slots: Int
    /// `nil`: every queue.
    package var queues: [String]?
    /// What sorts of jobs it can execute.
    package var serving = Serving.plain
    package var host: String
    package var process: ProcessIdentity
    package var version: String
    /// Milliseconds.
    package var lease: Int
    /// KiB that it has resident.
    package var memory: Int?

    package init(
        kind: Kind, slots: Int, queues: [String]?, host: String, process: ProcessIdentity, version: String, lease: Int
    ) {
        self.kind = kind
        self.slots = slots
        self.queues = queues
        self.host = host
        self.process = process
        self.version = version
        self.lease = lease
    }
}

/// A process that cannot be taken for another: a pid alone is given again.
package struct ProcessIdentity: Sendable, Hashable {
    package var pid: Int32
    /// Clock ticks since boot, field 22 of /proc/PID/stat.
    package var start: Int
    /// Inode of /proc/self/ns/pid: pids mean something only within one namespace.
    package var namespace: Int
    package var bootID: String

    package init(pid: Int32, start: Int, namespace: Int, bootID: String) {
        self.pid = pid
        self.start = start
        self.namespace = namespace
        self.bootID = bootID
    }
}

/// Where a runner is in its life.
package enum RunnerState: String, Sendable, CaseIterable, SQLiteBindable {
    case live
    case suspended  // by Ctrl-Z, with its jobs; nobody rescues them while it lives
    case draining  // claims nothing any more
    case stopped  // ended by itself, holding nothing
    case dead  // its jobs are being rescued
    case rescued  // they were
}

/// Another runner, as a rescuer sees it.
package struct OtherRunner: Sendable {
    package let id: RunnerID
    package let kind: RunnerInfo.Kind
    package let state: RunnerState
    package let process: ProcessIdentity
    /// Milliseconds of CLOCK_BOOTTIME.
    package let leaseUntil: Int
    /// Whether it holds jobs.
    package let holdsJobs: Bool
}

extension JobTransaction {
    private static let registerSQL: SQL = """
        INSERT INTO runners(kind, state, slots, queues, types, host, pid, pid_start, pid_namespace, boot_id, version,
                            lease_ms, lease_until, heartbeat_at, started_at, rss_kb)
        VALUES (:kind, 'live', :slots, :queues, :types, :host, :pid, :pid_start, :pid_namespace, :boot_id, :version,
                :lease_ms, :lease_until, :now, :now, :rss_kb)
        RETURNING id
        """

    /// Makes the runner known. `hold` is called with its id before the commit, to take its lock: nobody ever sees a
    /// runner whose lock is free and that lives.
    package func register(
        _ info: RunnerInfo, leaseUntil: Int, hold: (RunnerID) throws -> Void
    ) throws -> RunnerID {
        let queues = info.queues.flatMap { JSONText.array($0) }
        let id = try connection.first(
            Self.registerSQL, info.kind, info.slots, queues, info.serving.storedTypes, info.host, info.process.pid,
            info.process.start, info.process.namespace, info.process.bootID, info.version, info.lease, leaseUntil, now,
            info.memory
        ) { RunnerID($0.int(0)) }
        guard let id else { throw JobStoreError.invalid("the runner could not be stored") }
        try hold(id)
        try removeStaleWorkerNotes()
        alertsRunners = true  // the others begin to watch it
        return id
    }

    static let renewSQL: SQL = """
        UPDATE runners
        SET lease_until = :lease_until, heartbeat_at = :now, rss_kb = coalesce(:rss_kb, rss_kb)
        WHERE id = :id AND state IN ('live', 'suspended', 'draining')
        RETURNING drain_requested
        """

    /// One row, however many jobs it holds.
    ///
    /// - Parameter memory: KiB that the runner and its jobs have resident; `nil`: as it was.
    /// - Returns: whether somebody asked the runner to drain.
    /// - Throws: `.runnerLost` when it was declared dead: all that it holds is another's.
    @discardableResult
    package func renewLease(of runner: RunnerID, until: Int, memory: Int? = nil) throws -> Bool {
        guard let isToDrain = try connection.first(Self.renewSQL, until, now, memory, runner, read: { $0.bool(0) })
        else {
            throw JobStoreError.runnerLost(runner)
        }
        return isToDrain
    }

    static let isLiveSQL: SQL = """
        SELECT drain_requested
        FROM runners
        WHERE id = :id AND state IN ('live', 'suspended', 'draining')
        """

    /// - Returns: whether somebody asked the runner to drain.
    /// - Throws: `.runnerLost` when the runner was declared dead.
    @discardableResult
    package func requireLive(_ runner: RunnerID) throws -> Bool {
        guard let isToDrain = try connection.first(Self.isLiveSQL, runner, read: { $0.bool(0) }) else {
            throw JobStoreError.runnerLost(runner)
        }
        return isToDrain
    }

    private static let setRunnerStateSQL: SQL = """
        UPDATE runners
        SET state = :state, heartbeat_at = :now, stopped_at = CASE WHEN :state = 'stopped' THEN :now END
        WHERE id = :id AND state IN ('live', 'suspended', 'draining')
        """

    /// - Throws: `.runnerLost` when the runner was declared dead.
    package func set(_ state: RunnerState, of runner: RunnerID) throws {
        guard try connection.execute(Self.setRunnerStateSQL, state, now, runner) == 1 else {
            throw JobStoreError.runnerLost(runner)
        }
        alertsRunners = true
    }

    static let othersSQL: SQL = """
        SELECT id, kind, state, pid, pid_start, pid_namespace, boot_id, lease_until,
               EXISTS (SELECT 1 FROM jobs j WHERE j.runner_id = runners.id AND j.runner_id IS NOT NULL)
        FROM runners
        WHERE state NOT IN ('stopped', 'rescued') AND id <> :id
        """

    /// Every other runner that has not stopped.
    package func otherRunners(than runner: RunnerID?) throws -> [OtherRunner] {
        try connection.all(Self.othersSQL, runner ?? RunnerID(0)) { row in
            OtherRunner(
                id: RunnerID(row.int(0)), kind: RunnerInfo.Kind(rawValue: row.text(1)) ?? .runner,
                state: RunnerState(rawValue: row.text(2)) ?? .live,
                process: ProcessIdentity(
                    pid: Int32(truncatingIfNeeded: row.int(3)), start: row.int(4), namespace: row.int(5),
                    bootID: row.text(6)),
                leaseUntil: row.int(7), holdsJobs: row.bool(8))
        }
    }

    static let toStopSQL: SQL = """
        SELECT id, lease_token
        FROM jobs
        WHERE runner_id = :runner_id AND runner_id IS NOT NULL AND stop IS NOT NULL
        """

    /// The runner's jobs that somebody asked to stop, with their lease tokens.
    package func jobsToStop(of runner: RunnerID) throws -> [(job: JobID, leaseToken: Int)] {
        try connection.all(Self.toStopSQL, runner) { (JobID($0.int(0)), $0.int(1)) }
    }

    private static let setPIDSQL: SQL = """
        UPDATE jobs
        SET pid = :pid
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    /// Lets `attempt_history` show the open attempt's process.
    package func setPID(_ pid: Int, of job: JobID, leaseToken: Int) throws {
        guard try connection.execute(Self.setPIDSQL, pid, job, leaseToken) == 1 else {
            throw JobStoreError.leaseLost(job)
        }
    }
}
