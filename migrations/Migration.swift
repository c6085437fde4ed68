/// One numbered file of `sql/`, embedded in the binary. A released one never changes; a new one is a new file
/// and a line in `all`.
package struct EmbeddedMigration: Sendable {
    /// Counts from 1 without gaps; `PRAGMA user_version` after it was applied.
    package let version: Int
    /// The file's name without its ending.
    package let name: String
    /// The statements.
    package let sql: String

    /// Every migration, in order.
    package static var all: [EmbeddedMigration] {
        [
            EmbeddedMigration(version: 1, name: "v001_create_jobs", bytes: PackageResources.v001_create_jobs_sql),
            EmbeddedMigration(version: 2, name: "v002_add_workflows", bytes: PackageResources.v002_add_workflows_sql),
            EmbeddedMigration(
                version: 3, name: "v003_create_schedules", bytes: PackageResources.v003_create_schedules_sql),
            EmbeddedMigration(
                version: 4, name: "v004_add_execution", bytes: PackageResources.v004_add_execution_sql),
            EmbeddedMigration(
                version: 5, name: "v005_add_runner_minutes", bytes: PackageResources.v005_add_runner_minutes_sql),
            EmbeddedMigration(version: 6, name: "v006_index_pools", bytes: PackageResources.v006_index_pools_sql),
            EmbeddedMigration(version: 7, name: "v007_add_conductor", bytes: PackageResources.v007_add_conductor_sql),
            EmbeddedMigration(version: 8, name: "v008_index_ends", bytes: PackageResources.v008_index_ends_sql),
            EmbeddedMigration(
                version: 9, name: "v009_add_wait_lengths", bytes: PackageResources.v009_add_wait_lengths_sql),
            EmbeddedMigration(version: 10, name: "v010_add_handouts", bytes: PackageResources.v010_add_handouts_sql),
        ]
    }

    private init(version: Int, name: String, bytes: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = String(decoding: bytes, as: UTF8.self)
    }
}
