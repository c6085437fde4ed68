import CSQLite

/// The SQLite that this program is linked with.
package enum SQLiteLibrary {
    package static var version: String { String(cString: sqlite3_libversion()) }

    /// Whether it may begin a log anew while a checkpoint reads its header without losing commits.
    /// See https://sqlite.org/wal.html#walresetbug; `Database.checkpoint` is safe in either case.
    package static var hasWALResetFix: Bool { hasWALResetFix(version: Int(sqlite3_libversion_number())) }

    /// `version` is 3051003 for 3.51.3. The fix was made in 3.51.3, and taken back to 3.50.7 and 3.44.6.
    static func hasWALResetFix(version: Int) -> Bool {
        version >= 3_051_003 || (3_050_007..<3_051_000).contains(version) || (3_044_006..<3_045_000).contains(version)
    }
}
