import Glibc

/// The file `DB-bell`. Writers of ours write a byte to it after a commit that left something for others to do, and
/// runners that sleep are woken by that. (The WAL cannot serve: its last write comes before the commit is visible.)
package struct Bell: ~Copyable {
    private let descriptor: Int32

    /// The bell's file for the database at `path`.
    package static func path(for database: String) -> String { database + "-bell" }

    /// Opens it, and makes it when it is missing. A bell that cannot be opened rings nobody; the safety poll of the
    /// runners finds the work later.
    package init(database: String) {
        descriptor = open(Bell.path(for: database), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    }

    package func ring() {
        guard descriptor >= 0 else { return }
        var byte: UInt8 = 1
        _ = pwrite(descriptor, &byte, 1, 0)
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }
}
