import SQLite

/// Why an operation of the store was refused. Nothing was changed.
package enum JobStoreError: Error, Equatable {
    /// The lease is over: the job was rescued, or ended by somebody else. The caller drops what it has.
    case leaseLost(JobID)
    /// The runner was declared dead. It holds nothing any more.
    case runnerLost(RunnerID)
    case noSuchJob(JobID)
    case noSuchRun(RunID)
    case noSuchQueue(String, known: [String])
    case noSuchWorkflow(String, known: [String])
    case noSuchSchedule(String, known: [String])
    case scheduleExists(String)
    /// Positions in the batch, in the order in which they wait for one another.
    case cycle([Int])
    /// The key belongs to a job that asks for other work, or may not be replaced.
    case keyTaken(String, by: JobID, JobState, KeyConflict)
    /// A client gave the key to another request, or what that one made is not whole any more.
    case requestKeyTaken(String, by: String)
    case overCapacity(pool: String, asked: Int, capacity: Int)
    case notFinal(JobID, JobState)
    /// The value in the memory is not the one that the change was meant for; `nil`: there is none.
    case memoryConflict(String, present: MemoryEntry?)
    case noSuchRunner(RunnerID)
    /// The run is decided by Conductor's rules; the id of the execution that it is, `nil`: of none any more.
    case decidedElsewhere(RunID, execution: String?)
    case invalid(String)
    /// The database's schema was upgraded by a newer version while this process ran.
    case schemaChanged(found: Int, known: Int)
}

/// Why the job that holds a key does not stand for another.
package enum KeyConflict: Sendable, Hashable {
    /// It asks for other work.
    case otherWork
    /// It was asked for that nobody holds the key.
    case rejected
    /// It has started, or is of another type.
    case notReplaceable

    fileprivate var reason: String {
        switch self {
        case .otherWork: "it asks for other work; use another key"
        case .rejected: "and nobody was to hold it"
        case .notReplaceable: "it has started, or is of another type, so it cannot be replaced"
        }
    }

    fileprivate var advice: String? { self == .otherWork ? "--on-conflict replace gives that job the new work" : nil }
}

extension JobStoreError: CustomStringConvertible {
    /// What is wrong, with advice for the command line.
    package var description: String { advice.map { "\(reason); \($0)" } ?? reason }

    private var advice: String? {
        switch self {
        case .noSuchJob: "see 'weir list --all'"
        case .noSuchRun: "see 'weir list --runs'"
        case .noSuchRunner: "see 'weir runner list'"
        case .noSuchSchedule(_, let known): known.isEmpty ? "'weir schedule add' makes one" : nil
        case .scheduleExists: "choose another name, or give --replace"
        case .keyTaken(_, _, _, let conflict): conflict.advice
        default: nil
        }
    }

    /// What is wrong, for any door.
    package var reason: String {
        switch self {
        case .leaseLost(let job): "the lease on job \(job) is over; another runner has it"
        case .runnerLost(let runner): "runner \(runner) was declared dead; its jobs were given to others"
        case .noSuchJob(let job): "there is no job \(job)"
        case .noSuchRun(let run): "there is no run \(run)"
        case .noSuchQueue(let name, let known):
            "there is no queue '\(name)'; there are: \(known.joined(separator: ", "))"
        case .noSuchWorkflow(let name, let known):
            known.isEmpty
                ? "there are no runs yet"
                : "no run is of a workflow '\(name)'; there are: \(known.joined(separator: ", "))"
        case .noSuchSchedule(let name, let known):
            known.isEmpty
                ? "there are no schedules yet"
                : "there is no schedule '\(name)'; there are: \(known.joined(separator: ", "))"
        case .scheduleExists(let name): "there is a schedule '\(name)' already"
        case .cycle(let positions):
            "jobs wait for one another: \(positions.map { "\($0 + 1)" }.joined(separator: " → "))"
        case .keyTaken(let key, let job, let state, let conflict):
            "key '\(key)' is held by job \(job) (\(state)): \(conflict.reason)"
        case .requestKeyTaken(let key, let holder):
            "key '\(key)' was used for another request, which made \(holder); take another key"
        case .overCapacity(let pool, let asked, let capacity):
            "\(asked) of pool '\(pool)' were asked for, and it has \(capacity)"
        case .notFinal(let job, let state): "job \(job) has not ended; it is \(state)"
        case .memoryConflict(let name, let present):
            present.map { "'\(name)' is not what was expected: it has version \($0.version) now" }
                ?? "'\(name)' is not what was expected: there is no such value"
        case .noSuchRunner(let runner): "there is no runner \(runner)"
        case .decidedElsewhere(let run, let execution?):
            "run \(run) is the execution \(execution) of Conductor's, whose tasks begin one after another; begin it again with "
                + "'POST /api/workflow/\(execution)/restart' or '/rerun' of 'weir serve'"
        case .decidedElsewhere(let run, nil):
            "run \(run) is history: the execution that it was of was begun again or removed"
        case .invalid(let reason): reason
        case .schemaChanged(let found, let known):
            "the database was upgraded to schema \(found) and this version knows \(known); start the newer version"
        }
    }
}
