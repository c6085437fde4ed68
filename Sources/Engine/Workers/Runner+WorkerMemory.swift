import Executors
import JSON
import Jobs
import Logging

/// A change of the memory that a worker waits for.
struct PendingMemory {
    let worker: Worker
    let claim: Claim
    let request: MemoryRequest
}

/// What workers ask of the memory, and what they are told: reads at once, changes with the next turn.
extension Runner {
    /// Changes that one worker may wait for at once.
    private static let waitingLimit = 64

    func take(_ request: MemoryRequest, of attempt: RunningAttempt, from worker: Worker) {
        let claim = attempt.claim
        switch request.operation {
        case .get, .list:
            let run = request.isGlobal ? nil : claim.run
            do {
                let value = try store.look { transaction in
                    request.operation == .list
                        ? Self.text(try transaction.memory(of: run))
                        : try transaction.memory(request.name, for: run).map(Self.text) ?? "null"
                }
                reply(to: worker, claim, "\"memory\":\(value)")
            } catch { reply(to: worker, claim, Self.refusal(error)) }
        case .set, .delete:
            guard pendingMemory.count(where: { $0.worker === worker }) < Self.waitingLimit else {
                return blame(
                    worker, .notMessage("it waits for \(Self.waitingLimit) changes of the memory already", line: ""))
            }
            pendingMemory.append(PendingMemory(worker: worker, claim: claim, request: request))
            state.wantsTurn = true
        }
    }

    /// - Returns: what each is told once this is committed.
    func changeMemory(_ pending: [PendingMemory], in transaction: JobTransaction) throws -> [String] {
        try pending.map { change in
            do {
                return try transaction.undoing { try Self.change(change, in: transaction) }
            } catch let error as JobStoreError {
                return Self.refusal(error)
            }
        }
    }

    private static func change(_ change: PendingMemory, in transaction: JobTransaction) throws -> String {
        let request = change.request
        try transaction.requireHeld(change.claim.job, leaseToken: change.claim.leaseToken)
        let run = request.isGlobal ? nil : change.claim.run
        let scope = run.map { MemoryScope.run($0) } ?? .global
        let guarded: MemoryGuard = request.isAbsent ? .absent : request.version.map { .version($0) } ?? .none
        guard let value = request.value, request.operation == .set else {
            return "\"memory\":\(try transaction.deleteMemory(request.name, in: scope, if: guarded))"
        }
        let version = try transaction.setMemory(request.name, to: value, in: scope, if: guarded)
        return "\"memory\":{\"version\":\(version)}"
    }

    func tell(_ pending: [PendingMemory], _ replies: [String]) {
        for (change, text) in zip(pending, replies) { reply(to: change.worker, change.claim, text) }
    }

    private func reply(to worker: Worker, _ claim: Claim, _ content: String) {
        guard worker.isInService, worker.attempt?.key == AttemptKey(claim) else { return }
        // A line break is allowed between the parts of a stored value, and would end the line here.
        let line = "{\"id\":\"\(claim.job).\(claim.leaseToken)\",\(content)}".utf8.map { byte in
            byte == 0x0A || byte == 0x0D ? 0x20 : byte
        }
        tell(worker, line + [0x0A])
    }

    /// Asks workers of jobs that must end because their runner does.
    func askToStop(_ attempts: [RunningAttempt]) {
        for attempt in attempts {
            guard let worker = attempt.worker, worker.isInService, worker.process.takesStops else { continue }
            attempt.wasToldToStop = true
            let id = "\(attempt.claim.job).\(attempt.claim.leaseToken)"
            tell(worker, Array("{\"stop\":\"drain\",\"id\":\"\(id)\",\"ms\":\(state.settings.grace)}\n".utf8))
        }
    }

    private func tell(_ worker: Worker, _ line: [UInt8]) {
        do throws(WorkerFault) { try worker.process.say(line) } catch { blame(worker, error) }
        awaitRoom(worker)
    }

    private static func text(_ entries: [MemoryEntry]) -> String {
        "[" + entries.map(text).joined(separator: ",") + "]"
    }

    private static func text(_ entry: MemoryEntry) -> String {
        let run = if case .run(let run) = entry.scope { "\(run)" } else { "null" }
        let name = JSONValue.string(entry.name).text
        return "{\"name\":\(name),\"value\":\(entry.value),\"version\":\(entry.version),\"run\":\(run)}"
    }

    private static func refusal(_ error: any Error) -> String {
        let conflict = if case JobStoreError.memoryConflict? = error as? JobStoreError { true } else { false }
        return "\"error\":\(JSONValue.string("\(error)").text)" + (conflict ? ",\"conflict\":true" : "")
    }
}
