import CLinux
import Glibc
import MCP
import Synchronization

/// Starts runners that outlive this process: in sessions of their own, and they end when nothing is left to do.
final class DetachedRunner: RunnerCrew {
    private let database: String
    private let directory: String
    private let slots: Int
    /// The one that was started last; 0: none.
    private let pid = Mutex<pid_t>(0)

    init(database: String, directory: String, slots: Int) {
        self.database = database
        self.directory = directory
        self.slots = slots
    }

    func ensureRunner() throws -> String? {
        try pid.withLock { pid in
            // It may not have told the database yet that it lives.
            if pid > 0, waitpid(pid, nil, WNOHANG) == 0 { return nil }
            pid = try start()
            return
                "no runner lived, so one with \(slots) slots was started; it ends by itself when nothing is left to do"
        }
    }

    /// - Throws: a `Failure` when there is no room for another process.
    private func start() throws -> pid_t {
        let words = ["weir", "runner", "--db", database, "--slots", "\(slots)", "--drain-after", "idle"]
        let argv = words.map { strdup($0) } + [nil]
        defer { for word in argv { free(word) } }
        // What it says is in the database as well; our own output is the client's.
        let child = clinux_spawn_detached("/proc/self/exe", directory, argv, environ)
        guard child > 0 else {
            throw Failure("no runner could be started: \(String(cString: strerror(-child)))", code: Failure.unavailable)
        }
        return child
    }
}
