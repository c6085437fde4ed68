import Engine
import Jobs
import SQLite

/// What changed in a run since the last look.
struct RunWatch {
    let run: RunID
    /// Of the step that started the run, for a run within another.
    private let prefix: String
    private var lastSequence = 0
    /// Steps that wait for runs of their own, not looked for yet.
    private var waiting: [Change] = []
    /// How many there are by now.
    private(set) var jobs = 0

    init(run: RunID, prefix: String = "") {
        self.run = run
        self.prefix = prefix
    }

    /// A job as it is now.
    struct Change {
        let job: JobID
        let label: String
        let shortLabel: String
        let kind: JobKind
        let state: JobState
        let duration: Int?
        let attempt: Int
        let error: String?
        let awaits: String?
        /// From 0 to 100, where the job told.
        let progress: Double?
        let message: String?
        let sequence: Int
        /// What it executes, if anything, is decided once it is claimed.
        let isLate: Bool

        var awaitsSignal: Bool { awaits == "signal" && !state.isFinal }
    }

    private static let changesSQL: SQL = """
        SELECT id, key, name, CASE WHEN kind = 'agent' THEN substr(command, 7) END, kind, state,
               finished_at - started_at, attempt, error, awaits, progress, progress_message, seq,
               template IS NOT NULL
        FROM jobs
        WHERE run_id = :run_id AND seq > :seq AND superseded = 0
        ORDER BY seq, id
        """

    private static let jobsSQL: SQL = "SELECT jobs FROM runs WHERE id = :id"

    mutating func takeChanges(from connection: Connection) throws -> [Change] {
        let changes = try connection.all(Self.changesSQL, run, lastSequence) { row in
            let key = row.optionalText(1) ?? "\(row.int(0))"
            return Change(
                job: JobID(row.int(0)),
                label: prefix
                    + RunReport.Step.label(key: key, name: row.optionalText(2), agent: row.optionalText(3)),
                shortLabel: prefix + RunReport.Step.label(key: key, name: nil, agent: nil),
                kind: JobKind(rawValue: row.text(4)) ?? .script, state: JobState(rawValue: row.text(5)) ?? .ready,
                duration: row.optionalInt(6), attempt: row.int(7), error: row.optionalText(8),
                awaits: row.optionalText(9), progress: row.optionalDouble(10), message: row.optionalText(11),
                sequence: row.int(12), isLate: row.bool(13))
        }
        if let last = changes.last {
            lastSequence = max(lastSequence, last.sequence)
            jobs = try connection.first(Self.jobsSQL, run) { $0.int(0) } ?? jobs
        }
        waiting += changes.filter { $0.kind == .workflow }
        return changes
    }

    private static let partSQL: SQL = """
        SELECT max(id)
        FROM runs
        WHERE parent_job_id = :parent_job_id
        """

    /// A run that one of the changed steps started; `nil` when there is no more.
    mutating func takePart(from connection: Connection) throws -> RunWatch? {
        while let step = waiting.popLast() {
            let part = try connection.first(Self.partSQL, step.job) { $0.optionalInt(0) } ?? nil
            if let part { return RunWatch(run: RunID(part), prefix: "\(step.shortLabel)/") }
        }
        return nil
    }
}
