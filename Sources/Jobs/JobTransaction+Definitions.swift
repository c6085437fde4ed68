import SQLite

/// A definition of Conductor's, as it was given.
package struct StoredDefinition: Sendable {
    package let name: String
    /// 1 for task definitions.
    package let version: Int
    /// JSON.
    package let text: String
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
}

/// Definitions of tasks and workflows that programs register through Conductor's API.
extension JobTransaction {
    private static let storeTaskDefinitionSQL: SQL = """
        INSERT INTO task_definitions(name, definition, created_at, updated_at)
        VALUES (:name, :definition, :now, :now)
        ON CONFLICT DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at
        """
    private static let storeWorkflowDefinitionSQL: SQL = """
        INSERT INTO workflow_definitions(name, version, definition, created_at, updated_at)
        VALUES (:name, :version, :definition, :now, :now)
        ON CONFLICT DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at
        """

    /// Makes the definition, or takes the place of the one of that name.
    package func storeTaskDefinition(_ name: String, text: String) throws {
        try connection.execute(Self.storeTaskDefinitionSQL, name, text, now)
    }

    /// Makes the definition, or takes the place of the one of that name and version.
    package func storeWorkflowDefinition(_ name: String, version: Int, text: String) throws {
        try connection.execute(Self.storeWorkflowDefinitionSQL, name, version, text, now)
    }

    static let taskDefinitionSQL: SQL = """
        SELECT name, 1, definition, created_at, updated_at
        FROM task_definitions
        WHERE name = :name
        """
    private static let taskDefinitionsSQL: SQL = """
        SELECT name, 1, definition, created_at, updated_at
        FROM task_definitions
        ORDER BY name
        """
    static let workflowDefinitionSQL: SQL = """
        SELECT name, version, definition, created_at, updated_at
        FROM workflow_definitions
        WHERE name = :name AND version = :version
        """
    static let latestWorkflowDefinitionSQL: SQL = """
        SELECT name, version, definition, created_at, updated_at
        FROM workflow_definitions
        WHERE name = :name
        ORDER BY version DESC
        LIMIT 1
        """
    private static let workflowDefinitionsSQL: SQL = """
        SELECT name, version, definition, created_at, updated_at
        FROM workflow_definitions
        ORDER BY name, version
        """

    private static func definition(_ row: Row) -> StoredDefinition {
        StoredDefinition(
            name: row.text(0), version: row.int(1), text: row.text(2), createdAt: Timestamp(row.int(3)),
            updatedAt: Timestamp(row.int(4)))
    }

    package func taskDefinition(_ name: String) throws -> StoredDefinition? {
        try connection.first(Self.taskDefinitionSQL, name, read: Self.definition)
    }

    /// By name.
    package func taskDefinitions() throws -> [StoredDefinition] {
        try connection.all(Self.taskDefinitionsSQL, read: Self.definition)
    }

    /// - Parameter version: `nil`: the highest.
    package func workflowDefinition(_ name: String, version: Int? = nil) throws -> StoredDefinition? {
        guard let version else {
            return try connection.first(Self.latestWorkflowDefinitionSQL, name, read: Self.definition)
        }
        return try connection.first(Self.workflowDefinitionSQL, name, version, read: Self.definition)
    }

    /// Every version, by name.
    package func workflowDefinitions() throws -> [StoredDefinition] {
        try connection.all(Self.workflowDefinitionsSQL, read: Self.definition)
    }

    private static let deleteTaskDefinitionSQL: SQL = "DELETE FROM task_definitions WHERE name = :name"
    private static let deleteWorkflowDefinitionSQL: SQL = """
        DELETE FROM workflow_definitions
        WHERE name = :name AND version = :version
        """

    /// Returns `false` when there is none. Executions keep their copies.
    package func deleteTaskDefinition(_ name: String) throws -> Bool {
        try connection.execute(Self.deleteTaskDefinitionSQL, name) == 1
    }

    /// Returns `false` when there is none. Executions keep their copies.
    package func deleteWorkflowDefinition(_ name: String, version: Int) throws -> Bool {
        try connection.execute(Self.deleteWorkflowDefinitionSQL, name, version) == 1
    }
}
