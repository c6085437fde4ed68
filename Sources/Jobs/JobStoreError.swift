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
    case keyTaken(String, by: JobID, JobState, reason: String)
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

extension JobStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .leaseLost(let job): "the lease on job \(job) is over; another runner has it"
        case .runnerLost(let runner): "runner \(runner) was declared dead; its jobs were given to others"
        case .noSuchJob(let job): "there is no job \(job); see 'weir list --all'"
        case .noSuchRun(let run): "there is no run \(run); see 'weir list --runs'"
        case .noSuchQueue(let name, let known):
            "there is no queue '\(name)'; there are: \(known.joined(separator: ", "))"
        case .noSuchWorkflow(let name, let known):
            known.isEmpty
                ? "there are no runs yet"
                : "no run is of a workflow '\(name)'; there are: \(known.joined(separator: ", "))"
        case .noSuchSchedule(let name, let known):
            known.isEmpty
                ? "there are no schedules yet; 'weir schedule add' makes one"
                : "there is no schedule '\(name)'; there are: \(known.joined(separator: ", "))"
        case .scheduleExists(let name):
            "there is a schedule '\(name)' already; choose another name, or give --replace"
        case .cycle(let positions):
            "jobs wait for one another: \(positions.map { "\($0 + 1)" }.joined(separator: " → "))"
        case .keyTaken(let key, let job, let state, let reason):
            "key '\(key)' is held by job \(job) (\(state)): \(reason)"
        case .overCapacity(let pool, let asked, let capacity):
            "\(asked) of pool '\(pool)' were asked for, and it has \(capacity)"
        case .notFinal(let job, let state): "job \(job) has not ended; it is \(state)"
        case .memoryConflict(let name, let present):
            present.map { "'\(name)' is not what was expected: it has version \($0.version) now" }
                ?? "'\(name)' is not what was expected: there is no such value"
        case .noSuchRunner(let runner): "there is no runner \(runner); see 'weir runner list'"
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
