import Jobs

extension JobQueue {
    /// Waits until the job has ended. Who executes it, and where, does not matter.
    ///
    /// - Throws: a ``WeirError`` when there is no such job, or the queue is closed; `CancellationError`, and the job goes
    ///   on then. That the job failed is no error.
    public func outcome(of job: JobID) async throws -> JobOutcome {
        try await thread.waitForEnd(of: [job.stored])
        return try await ended([job])[0]
    }

    /// Waits until all of the jobs have ended.
    ///
    /// - Returns: their outcomes, in the order of `jobs`.
    /// - Throws: as ``outcome(of:)``.
    public func outcomes(of jobs: [JobID]) async throws -> [JobOutcome] {
        try await thread.waitForEnd(of: jobs.map(\.stored))
        return try await ended(jobs)
    }

    /// Stores a job and waits until it has ended.
    ///
    /// Somebody must execute it: a ``JobRunner`` of this program, or another.
    ///
    /// - Throws: as ``enqueue(_:_:options:)`` and ``outcome(of:)``.
    @discardableResult
    public func submit(
        _ type: String, _ payload: some Encodable, options: EnqueueOptions = EnqueueOptions()
    ) async throws -> JobOutcome {
        try await outcome(of: enqueue(type, payload, options: options))
    }

    /// The job's outcome, if it has ended; does not wait.
    ///
    /// - Throws: a ``WeirError`` when there is no such job, or the queue is closed.
    public func outcomeIfEnded(of job: JobID) async throws -> JobOutcome? {
        try await thread.perform { store in JobOutcome(try store.look { try $0.conclusion(of: job.stored) }) }
    }

    /// Stops the job, or keeps it from starting. A handler's task is cancelled.
    ///
    /// - Returns: `false` when it had ended already.
    /// - Throws: a ``WeirError`` when there is no such job, or the queue is closed.
    @discardableResult
    public func cancel(_ job: JobID) async throws -> Bool {
        let done = try await thread.perform { store in
            try store.write { try $0.cancel(job.stored, because: "cancelled by its program") }
        }
        if case .alreadyFinal = done { return false }
        return true
    }

    private func ended(_ jobs: [JobID]) async throws -> [JobOutcome] {
        try await thread.perform { store in
            try store.look { transaction in
                try jobs.map { job in
                    guard let outcome = JobOutcome(try transaction.conclusion(of: job.stored)) else {
                        throw WeirError(.invalid, "job \(job) had ended, and was begun anew meanwhile")
                    }
                    return outcome
                }
            }
        }
    }
}
