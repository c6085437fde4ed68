import CLinux
import Glibc
import Jobs

/// The file `DB-live`: each runner holds a lock on the byte of its id for life, and dead means that the lock can be
/// taken. No pid is compared, so none can be mistaken.
final class Liveness {
    private let descriptor: Int32

    init(database path: String) throws(SystemCallError) {
        descriptor = open(path + "-live", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallError("open \(path)-live") }
    }

    /// Ends every lock that is held here.
    deinit { close(descriptor) }

    /// Takes the lock of a runner: one's own, or that of a dead one, which also keeps other rescuers away.
    /// Returns `false` when somebody has it.
    func take(_ runner: RunnerID) -> Bool { clinux_lock_byte(descriptor, Int64(runner.rawValue)) == 0 }

    /// Whether a runner of the database at `path` lives. Takes no lock, so that nobody is mistaken for alive by being
    /// asked; `nil`: it cannot be told.
    static func lives(_ runners: [RunnerID], on path: String) -> [RunnerID: Bool]? {
        let file = open(path + "-live", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return errno == ENOENT ? [:] : nil }
        defer { close(file) }
        var lives: [RunnerID: Bool] = [:]
        for runner in runners { lives[runner] = clinux_is_byte_locked(file, Int64(runner.rawValue)) == 1 }
        return lives
    }

    func release(_ runner: RunnerID) { _ = clinux_unlock_byte(descriptor, Int64(runner.rawValue)) }
}
