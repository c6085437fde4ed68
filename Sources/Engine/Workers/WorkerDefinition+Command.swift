package import Executors
package import Workflows

extension WorkerDefinition {
    /// Of a worker that a workflow or `weir.yaml` declares.
    ///
    /// - Parameter folder: where it starts when it does not say, and where a relative directory counts from.
    package init(_ worker: WorkerCommand, in folder: String) {
        self.init(command: worker.command, isShell: worker.shell)
        environment = worker.environment
        directory = Self.directory(worker.directory, in: folder)
        maxJobs = worker.maxJobs
        memoryLimit = worker.memory.map { $0 << 10 }
        if let timeout = worker.startTimeout { startTimeout = timeout.wholeMilliseconds }
        if let timeout = worker.idleTimeout { idleTimeout = timeout.wholeMilliseconds }
        count = worker.count
    }

    static func directory(_ given: String?, in folder: String) -> String {
        guard let given else { return folder }
        return given.hasPrefix("/") ? given : "\(folder)/\(given)"
    }
}
