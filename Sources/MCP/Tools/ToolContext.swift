import Jobs
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
    /// For workflows that the database has; `nil`: only files can be started.
    package var definitions: (any DefinitionStarting)?

    package init(service: StoreService, directory: String) {
        self.service = service
        self.directory = directory
    }

    /// Files, and the definitions that the database has.
    package func catalogue() async throws -> WorkflowCatalogue {
        let (directory, folders) = (directory, folders)
        let definitions = try await service.read { try $0.workflowDefinitions() }
        return try await service.aside {
            WorkflowCatalogue.read(in: directory, folders: folders, definitions: definitions)
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
