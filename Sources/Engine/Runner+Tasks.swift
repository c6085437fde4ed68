import Executors
import Jobs
import Logging
import Workflows

/// Attempts that are executed within this process.
extension Runner {
    func start(_ claim: Claim, _ body: @escaping TaskBody, after: Aftermath, startedAt: Timestamp, startedBoot: Int) {
        let key = AttemptKey(claim)
        let place = claim.run.flatMap(runPlace)
        let context = TaskContext(
            claim, traceParent: traceParent(of: claim), directory: claim.directory ?? place?.directory ?? ".",
            environment: options.environment, mailbox: mailbox)
        let task = AttemptTask(key, context, body, mailbox: mailbox)
        let attempt = RunningAttempt(claim: claim, work: .task(task), startedAt: startedAt, startedBoot: startedBoot)
        attempt.after = after
        attempts[key] = attempt
        observer?.started(claim)
    }

    /// A job whose type is an agent's name.
    func ask(_ agent: AgentDefinition, _ claim: Claim, type: String, startedAt: Timestamp, startedBoot: Int) {
        do {
            let execution = try TypedAgent.execution(claim, type, agent, in: store, services: services)
            start(claim, execution, key: AttemptKey(claim), startedAt: startedAt, startedBoot: startedBoot)
        } catch {
            refuse(claim, "\(error)", at: startedAt)
        }
    }

    /// An attempt that cannot begin, as no other could.
    func refuse(_ claim: Claim, _ reason: String, at startedAt: Timestamp) {
        var outcome = Outcome(.failed, startedAt: startedAt, finishedAt: startedAt)
        outcome.error = reason
        outcome.isFinal = true
        reports.append(AttemptReport(claim, .outcome(outcome)))
        state.exited(AttemptKey(claim))
        state.wantsTurn = true
    }

    func takeUpMail() {
        for message in mailbox.takeAll() {
            switch message {
            case .output(let key, let bytes, let isError):
                guard let attempt = attempts[key] else { continue }
                attempt.output.append(bytes, isError ? .standardError : .standardOutput)
                state.wrote()
            case .progress(let key, let percent, let message):
                attempts[key]?.progress = RunningAttempt.Progress(percent: percent, message: message)
                state.wrote()
            case .checkpoint(let key, let json):
                attempts[key]?.checkpoint = json
                state.wrote()
            case .ended(let key, let outcome): ended(key, outcome)
            case .drain(let isGentle): drain(gently: isGentle)
            }
        }
    }

    private func ended(_ key: AttemptKey, _ outcome: TaskOutcome) {
        guard let attempt = attempts[key], attempt.end == nil else { return }
        attempt.end = .task(outcome)
        attempt.endedBoot = now
        attempt.isSwept = true
        state.exited(key)
        settleIfOver(attempt)
    }

    /// Stores what attempts said of themselves since the last turn.
    func storeRemarks(in transaction: JobTransaction) throws {
        for attempt in attempts.values where attempt.hasRemarks { try storeRemarks(of: attempt, in: transaction) }
        for report in reports { if let attempt = report.attempt { try storeRemarks(of: attempt, in: transaction) } }
    }

    private func storeRemarks(of attempt: RunningAttempt, in transaction: JobTransaction) throws {
        do {
            if let progress = attempt.progress {
                try transaction.setProgress(
                    attempt.key.job, leaseToken: attempt.key.leaseToken, percent: progress.percent,
                    message: progress.message)
            }
            if let checkpoint = attempt.checkpoint {
                try transaction.setCheckpoint(attempt.key.job, leaseToken: attempt.key.leaseToken, checkpoint)
            }
        } catch JobStoreError.leaseLost {
            log.debug("what job \(attempt.key.job) said came after its lease was over")
        } catch let error as JobStoreError {
            log.warning("job \(attempt.key.job): \(error)")
        }
    }
}
