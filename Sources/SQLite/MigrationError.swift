/// Why a database's schema cannot be brought up to date. Nothing was changed, but by the migrations before.
package enum MigrationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A newer program has upgraded the database.
    case newer(path: String, found: Int, known: Int)
    /// The migration that was applied is not the one that this program has under that number.
    case changed(path: String, version: Int, name: String)

    package var description: String {
        switch self {
        case .newer(let path, let found, let known):
            "\(path): the database has schema \(found), and this program knows only up to \(known): "
                + "a newer Weir has upgraded it; use that one"
        case .changed(let path, let version, let name):
            "\(path): migration \(version) (\(name)) was applied to this database with another text than this "
                + "program's; use the program that made the database, or go back to a backup"
        }
    }
}
