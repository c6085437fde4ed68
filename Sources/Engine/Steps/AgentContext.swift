import JSON
import Jobs
import Workflows

/// What follows an agent's prompt: results of the jobs on which it depends, and the memory of its run.
struct AgentContext {
    let store: JobStore
    let job: JobID
    let run: RunID?

    /// Bytes of one result, and of all that follows a prompt.
    static let resultLimit = 64 << 10
    static let wholeLimit = 256 << 10

    /// - Parameter limit: bytes of what is added.
    /// - Returns: the prompt with what there is; the prompt itself when there is nothing.
    func following(_ prompt: String, results: Bool, memory: Bool, limit: Int = Self.wholeLimit) throws -> String {
        var text = prompt
        var room = limit
        if results {
            append("Results of the steps that this one depends on", try resultParts(), to: &text, &room)
        }
        if memory { append("Memory of this run", try memoryParts(), to: &text, &room) }
        return text
    }

    /// A heading with its parts, as far as there is room; what does not fit is said.
    private func append(_ heading: String, _ parts: [String], to text: inout String, _ room: inout Int) {
        guard !parts.isEmpty else { return }
        while text.hasSuffix("\n") { text.removeLast() }
        text += "\n\n\(heading):\n"
        for (number, part) in parts.enumerated() {
            guard part.utf8.count <= room else {
                text += "\n(\(parts.count - number) of \(parts.count) are left out: the prompt would be too long)\n"
                room = 0
                return
            }
            text += "\n\(part)\n"
            room -= part.utf8.count
        }
    }

    private func resultParts() throws -> [String] {
        try store.look { try $0.upstreamTexts(of: job, limit: Self.resultLimit) }.map { upstream in
            let id = upstream.key.map { TaskID.shown($0) } ?? "job \(upstream.job)"
            var heading = "## \(id)"
            if let name = upstream.name, name != upstream.key { heading += ": \(name)" }
            if upstream.state != .succeeded { heading += " (\(upstream.state.rawValue))" }
            let body = upstream.result.map { Self.cut($0, of: upstream.length) }
            let error = upstream.state == .succeeded ? nil : upstream.error.map { "error: \($0)" }
            let content = [error, body].compactMap(\.self)
            return ([heading, ""] + (content.isEmpty ? ["(no result)"] : content)).joined(separator: "\n")
        }
    }

    private func memoryParts() throws -> [String] {
        guard let run else { return [] }
        return try store.look { try $0.memoryTexts(of: run, limit: Self.resultLimit) }.map {
            "- \($0.name): \($0.value)"
        }
    }

    /// - Parameter length: characters of the whole.
    private static func cut(_ text: String, of length: Int) -> String {
        guard text.utf8.count > resultLimit || text.unicodeScalars.count < length else { return text }
        var kept = ""
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += String(scalar).utf8.count
            guard bytes <= resultLimit else { break }
            kept.unicodeScalars.append(scalar)
        }
        return "\(kept)\n(cut: the first \(resultLimit >> 10) KiB of \(length) characters)"
    }
}

extension AgentCall {
    /// Whether the prompt, or what it is made of, reads this itself.
    func refers(to roots: Set<String>) -> Bool {
        let expressions = (prompt?.expressions ?? []) + parameters.values.flatMap(\.expressions)
        return expressions.contains { $0.references.contains { roots.contains($0.root) } }
    }
}

/// The question to an agent, ready to be asked.
struct AgentQuestion {
    let agent: String
    let target: AgentTarget
    let prompt: String
    var environment: [String: String] = [:]
    /// Of the attempt, in milliseconds.
    let timeout: Int?

    /// Bytes that an agent whose prompt is an argument can be told besides: a program's argument has 128 KiB at most.
    static func room(for target: AgentTarget, after prompt: String) -> Int {
        guard let command = target.command, command.invocation(prompt: "").input == nil else {
            return AgentContext.wholeLimit
        }
        return max(0, 100_000 - prompt.utf8.count)
    }

    /// - Throws: a `StepFailure` when nobody here makes requests.
    func execution(services: RunnerServices) throws -> Execution {
        switch target {
        case .command(let agent):
            let invocation = agent.invocation(prompt: prompt)
            var execution = Execution(command: invocation.command)
            execution.arguments = invocation.arguments
            execution.isShell = invocation.isShell
            execution.input = invocation.input.map { Array($0.utf8) }
            execution.environment = agent.environment.merging(environment) { _, own in own }
            execution.environment["WEIR_AGENT"] = self.agent
            execution.directory = agent.directory
            execution.inherits = agent.keyVariables
            return execution
        case .chat(let endpoint):
            guard let requests = services.requests else {
                throw StepFailure("this runner makes no requests, and the agent '\(agent)' is an endpoint")
            }
            var execution = Execution(command: "agent \(agent)")
            execution.body = requests.chat(ChatQuestion(prompt, to: endpoint, agent: agent), timeout: timeout)
            return execution
        }
    }
}
