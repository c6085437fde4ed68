import ArgumentParser
import Engine
import Executors
import Workflows

/// `resize=python3 resize.py`.
struct WorkerOption: ExpressibleByArgument {
    let type: String
    let definition: WorkerDefinition

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains(where: { !$0.isWhitespace }) else { return nil }
        type = String(parts[0])
        definition = Self.definition(parts[1])
    }

    /// Plain words are executed as they are; what only a shell understands, by a shell.
    private static func definition(_ line: Substring) -> WorkerDefinition {
        let needsShell = line.contains { #"|&;<>()$`\"'*?[]{}#~=!"#.contains($0) || $0.isNewline }
        guard !needsShell else { return WorkerDefinition(command: [String(line)], isShell: true) }
        return WorkerDefinition(command: line.split(whereSeparator: \.isWhitespace).map { String($0) })
    }
}

extension RunnerOptions {
    /// Serves the types that `weir.yaml` names under `workers` and `agents`.
    mutating func serve(_ configuration: Configuration) throws {
        let folder = try Directory.absolute(nil)
        for (type, worker) in configuration.workers { workers[type] = WorkerDefinition(worker, in: folder) }
        agents = configuration.agents
    }
}
