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
        definition = WorkerDefinition(command: [String(parts[1])], isShell: true)
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
