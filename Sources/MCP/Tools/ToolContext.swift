package import Engine
package import Jobs
package import Stores

/// What the tools work on.
package struct ToolContext: Sendable {
    package let service: StoreService
    /// Absolute: where workflows are looked for, and where the commands of what is started resolve from.
    package let directory: String
    /// Folders with workflows besides the usual one.
    package var folders: [String] = []
    /// PATH for what is started.
    package var searchPath: String?
    /// Starts a runner; `nil`: runs are left to those that live.
    package var crew: (any RunnerCrew)?
    /// Workflows that the database has. They belong to the catalogue as files do.
    package var registered: @Sendable (JobTransaction) throws -> [WorkflowDocument] = { _ in [] }

    package init(service: StoreService, directory: String) {
        self.service = service
        self.directory = directory
    }

    func catalogue() async throws -> WorkflowCatalogue {
        let (directory, folders, registered) = (directory, folders, registered)
        return try await service.inspect { store in
            WorkflowCatalogue.read(in: directory, folders: folders, registered: try store.look(registered))
        }
    }
}

/// Who can start a runner for what a client starts.
package protocol RunnerCrew: Sendable {
    /// Starts one, unless one that was started lives or is on its way.
    ///
    /// - Returns: what was done, for people; `nil`: nothing, as it is there.
    func ensureRunner() throws -> String?
}
