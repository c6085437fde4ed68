import Executors
import Glibc
import Jobs

/// Makes an outcome of how a script ended and what it left.
enum OutcomeReader {
    static func outcome(of attempt: RunningAttempt, stopped: LoopState.StopReason?) -> Outcome {
        var outcome = Outcome(.succeeded, startedAt: attempt.startedAt, finishedAt: attempt.startedAt)
        // A duration is measured by a clock that nobody sets.
        outcome.finishedAt = attempt.startedAt.advanced(
            by: max(0, (attempt.endedBoot ?? attempt.startedBoot) - attempt.startedBoot))
        outcome.pid = attempt.pid
        switch attempt.end {
        case .exit(let exit):
            outcome.exitCode = exit.exitCode.map(Int.init)
            outcome.signal = exit.signal.map(Int.init)
            outcome.maxRSSKiB = exit.maxRSSKiB
            outcome.cpuMilliseconds = exit.cpuMilliseconds
        case .task(let end):
            outcome.inputTokens = end.inputTokens
            outcome.outputTokens = end.outputTokens
        case .worker, nil: break
        }
        if let memory = attempt.memory { outcome.maxRSSKiB = max(outcome.maxRSSKiB ?? 0, memory.peak) }
        switch heeded(stopped, by: attempt) {
        case .timeout:
            outcome.state = .timedOut
            outcome.error = "timed out after \(duration(attempt.claim.timeout ?? 0))"
        case .cancel:
            outcome.state = .cancelled
            outcome.error = "cancelled while it ran"
        case .drain:
            outcome.state = .interrupted
            outcome.error = "its runner drained"
        case .memory:
            outcome.state = .failed
            outcome.error = attempt.memory?.verdict
        case nil:
            switch attempt.end {
            case .exit(let exit): judge(exit, of: attempt, into: &outcome)
            case .task(let end): judge(end, into: &outcome)
            case .worker(let end): judge(end, into: &outcome)
            case nil: break
            }
        }
        return outcome
    }

    /// A worker that still answers while its runner drains has done the job. One that was told to stop, and fails then,
    /// has stopped.
    private static func heeded(
        _ reason: LoopState.StopReason?, by attempt: RunningAttempt
    ) -> LoopState.StopReason? {
        switch (reason, attempt.end) {
        case (.drain, .worker(.failure(_, isFinal: false))) where attempt.wasToldToStop: reason
        case (.drain, .worker(.result)), (.drain, .worker(.failure)): nil
        default: reason
        }
    }

    private static func judge(_ end: WorkerEnd, into outcome: inout Outcome) {
        switch end {
        case .result(let result): outcome.result = result
        case .failure(let reason, let isFinal):
            outcome.state = .failed
            outcome.error = reason
            outcome.isFinal = isFinal
        case .lost(let reason):
            outcome.state = .lost
            outcome.error = reason
        }
    }

    private static func judge(_ end: TaskOutcome, into outcome: inout Outcome) {
        switch end.end {
        case .succeeded(let result): outcome.result = result
        case .failed(let reason):
            outcome.state = .failed
            outcome.error = reason
            outcome.isFinal = end.isFinal
            outcome.retryAfter = end.retryAfter
            outcome.result = end.result
        }
    }

    private static func judge(_ exit: ScriptExit, of attempt: RunningAttempt, into outcome: inout Outcome) {
        if exit.exitCode != 0, let verdict = attempt.memory?.verdict {
            outcome.state = .failed
            outcome.error = verdict
        } else if let signal = exit.signal {
            outcome.state = .failed
            outcome.error = "killed by signal \(signal) (\(name(of: signal)))"
        } else if let code = exit.exitCode, code != 0 {
            outcome.state = .failed
            outcome.error = "exited with code \(code)"
        } else {
            guard let file = attempt.resultFile else { return }
            let output = attempt.output.standardOutput(limit: 1 << 20)
            do throws(ResultError) {
                if case .json(let value) = try ResultReader.value(file: file, standardOutput: output) {
                    outcome.result = value
                }
            } catch {
                outcome.state = .failed
                outcome.error = "$WEIR_RESULT: \(error)"
            }
        }
    }

    /// An attempt whose process never started.
    static func outcome(of error: SpawnError, at now: Timestamp) -> Outcome {
        var outcome = Outcome(.failed, startedAt: now, finishedAt: now)
        outcome.error = error.description
        // The lease was over, or the host was full: the command is not to blame.
        switch error {
        case .leaseOver, .exhausted: outcome.state = .interrupted
        default: break
        }
        return outcome
    }

    private static func duration(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }

    private static func name(of signal: Int32) -> String {
        let names: [Int32: String] = [
            SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
            SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
            SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
            SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
        ]
        return names[signal] ?? String(cString: strsignal(signal))
    }
}
