import JSON
import Jobs

/// The walk through the definition.
extension Decider {
    /// Goes through tasks that run one after another. Returns whether all have ended.
    func walk(_ list: [WorkflowTask], _ place: LoopPlace) throws(Ending) -> Bool {
        for (position, task) in list.enumerated() {
            let next = position + 1 < list.count ? list[position + 1] : nil
            guard try step(task, place, isJoined: next?.kind == .join) else { return false }
        }
        return true
    }

    /// Returns whether the task has ended well, with all that it holds.
    ///
    /// - Parameter isJoined: a JOIN follows, which waits for the branches of a fork.
    func step(_ task: WorkflowTask, _ place: LoopPlace, isJoined: Bool) throws(Ending) -> Bool {
        let reference = task.reference + place.suffix
        if latestTask(reference) == nil {
            guard execution.status == .running else { return false }
            guard !turn.isOver else {
                goesOnLater = true
                return false
            }
            try passing { try schedule(task, place) }
        }
        guard let row = latestTask(reference) else { return false }
        guard row.status.isEnded else { return try progress(of: task, row, place) }
        guard row.status.isSuccess else { throw .ended(WorkflowEnd(failing: row)) }
        if row.status == .skipped {
            // With all that it holds.
            endedForks.insert(reference)
            return true
        }
        switch task.kind {
        case .fork: return try walkBranches(task.branches, of: reference, place, isJoined: isJoined)
        case .dynamicFork:
            let branches = try passing { try dynamicBranches(of: row) }.map { [$0] }
            return try walkBranches(branches, of: reference, place, isJoined: isJoined)
        case .choice: return try walk(chosenCase(of: task, row), place)
        case .terminate: throw .ended(end(by: row))
        default: return true
        }
    }

    private func walkBranches(
        _ branches: [[WorkflowTask]], of reference: String, _ place: LoopPlace, isJoined: Bool
    ) throws(Ending) -> Bool {
        var isOver = true
        var failed: WorkflowEnd?
        for branch in branches {
            do throws(Ending) {
                if try !walk(branch, place) { isOver = false }
            } catch .ended(let end) where execution.isParallel && end.task != nil {
                // Side by side, it keeps the other branches from nothing.
                failed = failed ?? end
            }
        }
        if let failed {
            guard isOver else { return false }
            throw .ended(failed)
        }
        if isOver { endedForks.insert(reference) }
        return isOver || isJoined
    }

    private func chosenCase(of task: WorkflowTask, _ row: ExecutionTask) -> [WorkflowTask] {
        let selected = JSONValue.stored(row.output)["selectedCase"]?.string ?? ""
        return task.cases[selected] ?? task.defaultCase
    }

    private func end(by row: ExecutionTask) -> WorkflowEnd {
        let input = JSONValue.stored(row.input)
        let status = input.text("terminationStatus").flatMap { ExecutionStatus(rawValue: $0) } ?? .completed
        let reason =
            input.text("terminationReason") ?? "Workflow is \(status.rawValue) by TERMINATE task: \(row.id)"
        var output = input["workflowOutput"]?.present
        if let value = output, value.object == nil { output = .object(["output": value]) }
        return WorkflowEnd(status, reason: reason, output: output)
    }

    // MARK: What is under way

    /// Looks whether an open task has come to its end. Returns whether it has.
    private func progress(of task: WorkflowTask, _ row: ExecutionTask, _ place: LoopPlace) throws(Ending) -> Bool {
        switch task.kind {
        case .join: return try join(task, row, place)
        case .loop: return try loop(task, row, place)
        case .subWorkflow: return try lookAtChild(row)
        default: return false
        }
    }

    /// Ends when all that it joins has ended. Where it names tasks of a case that was not chosen, the ends of the
    /// branches count.
    private func join(_ task: WorkflowTask, _ row: ExecutionTask, _ place: LoopPlace) throws(Ending) -> Bool {
        let input = JSONValue.stored(row.input)
        let references = input.elements("joinOn").compactMap(\.string)
        let joined = references.map { latestTask($0 + place.suffix) ?? latestTask($0) }
        let fork = input.text("fork")
        let isOver = joined.allSatisfy { $0?.status.isEnded ?? false }
        guard isOver && !references.isEmpty || fork.map({ endedForks.contains($0) }) ?? isOver else { return false }
        let outputs = zip(references, joined).compactMap { reference, row in
            row.flatMap { $0.output == "{}" ? nil : (reference, $0.output) }
        }
        let output = Self.within(JobStore.resultLimit, outputs)
        var ended = row
        guard output.count == Set(outputs.map(\.0)).count else {
            // What comes next would read less than there is.
            ended.status = .failedForGood
            ended.reason =
                "what it joins has more than \(JobStore.resultLimit) bytes of outputs; read those of the tasks themselves"
            try passing { try save(ended) }
            throw .ended(WorkflowEnd(failing: ended))
        }
        ended.status = .completed
        ended.output = JSONValue.object(output).text
        try passing { try save(ended) }
        return true
    }

    // MARK: Loops

    /// Rounds of one loop.
    private static let mostRounds = 10_000
    /// Tasks of an execution, all attempts and rounds together, with which another round begins.
    private static let mostTasks = 100_000
    /// Bytes of what rounds left that a loop keeps of all of them; of more, only the last round's stays.
    private static let mostOutput = 256 << 10

    private func loop(_ task: WorkflowTask, _ row: ExecutionTask, _ place: LoopPlace) throws(Ending) -> Bool {
        var row = row
        while roundsLeft > 0, !turn.isOver {
            let inner = place.round(row.iteration)
            guard try walk(task.rounds, inner) else { return false }
            // Those of loops within it have counted theirs.
            roundsLeft -= 1
            var output = JSONValue.stored(row.output).object ?? [:]
            output["\(row.iteration)"] = .object(outputs(of: task.rounds, inner))
            output["iteration"] = .integer(row.iteration)
            row.output = JSONValue.object(output).text
            if row.output.utf8.count > Self.mostOutput {
                output = output.filter { $0.key == "iteration" || $0.key == "\(row.iteration)" }
                row.output = JSONValue.object(output).text
            }
            if row.output.utf8.count > JobStore.resultLimit {
                output = ["iteration": .integer(row.iteration)]
                row.output = JSONValue.object(output).text
            }
            let goesOn = try passing { try mayGoOn(task, row, inner) }
            guard goesOn else {
                row.status = .completed
                try passing { [row] in try save(row) }
                return true
            }
            guard row.iteration < Self.mostRounds, tasks.count < Self.mostTasks else {
                row.status = .failedForGood
                row.reason =
                    row.iteration < Self.mostRounds
                    ? "the loop goes on and the workflow has \(tasks.count) tasks; \(Self.mostTasks) is the most"
                    : "the loop went on after \(Self.mostRounds) rounds"
                try passing { [row] in try save(row) }
                throw .ended(WorkflowEnd(failing: row))
            }
            row.iteration += 1
            output["iteration"] = .integer(row.iteration)
            row.output = JSONValue.object(output).text
            try passing { [row] in try save(row) }
            guard execution.status == .running else { return false }
        }
        goesOnLater = true
        return false
    }

    private func outputs(of rounds: [WorkflowTask], _ place: LoopPlace) -> [String: JSONValue] {
        var outputs: [String: JSONValue] = [:]
        for task in rounds.flatMap(\.all) {
            guard let row = latestTask(task.reference + place.suffix) else { continue }
            outputs[task.reference] = .stored(row.output)
        }
        return outputs
    }

    private func mayGoOn(_ task: WorkflowTask, _ row: ExecutionTask, _ place: LoopPlace) throws -> Bool {
        var root = substitution(place).resolve(task.inputs)
        for (reference, output) in outputs(of: task.rounds, place) { root[reference] = output }
        root[task.reference] = .object(["iteration": .integer(row.iteration)])
        return try LoopCondition(task.json.text("loopCondition") ?? "").isTrue(.object(root))
    }

    // MARK: Executions within executions

    private func lookAtChild(_ row: ExecutionTask) throws(Ending) -> Bool {
        guard let id = row.child, let child = try passing({ try transaction.execution(id) }) else {
            var row = row
            row.status = .failed
            row.reason = "the workflow that it started was removed"
            try passing { [row] in try save(row) }
            throw .ended(WorkflowEnd(failing: row))
        }
        guard child.status.isEnded else { return false }
        var ended = row
        ended.status =
            switch child.status {
            case .completed: .completed
            case .terminated: .cancelled
            case .timedOut: .timedOut
            default: .failed
            }
        ended.reason = child.status == .completed ? nil : child.reason
        var output = JSONValue.stored(child.output).object ?? [:]
        output["subWorkflowId"] = .string(child.id)
        ended.output = JSONValue.object(output).text
        if !ended.status.isSuccess, workflowTask(of: row)?.isOptional ?? false { ended.status = .completedWithErrors }
        try passing { [ended] in try save(ended) }
        guard ended.status.isSuccess else { throw .ended(WorkflowEnd(failing: ended)) }
        return true
    }
}
