import CLinux
import Glibc

/// A `weir runner` of this program's own, which ends with it.
struct RunnerChild {
    private let pid: pid_t

    /// - Throws: `Failure` when it cannot be started.
    init(slots: Int, database: String) throws {
        let words = ["weir", "runner", "--slots", "\(slots)", "--db", database, "--end-with-parent"]
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        // A group of its own: Ctrl-C is for this process, which passes the end on.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/proc/self/exe", nil, &attributes, arguments, environ)
        guard code == 0 else {
            throw Failure("the runner cannot be started: \(String(cString: strerror(code)))", code: Failure.unavailable)
        }
        self.pid = pid
    }

    /// Lets it end its jobs as SIGTERM does, and waits for that.
    func stop() {
        kill(pid, SIGTERM)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
}
