import CLinux
import Glibc
import Stores
import Synchronization

/// A `weir runner` of this program's own, which ends with it, and is started again when it dies.
final class RunnerChild: Sendable {
    private struct State {
        /// `nil` between its end and the next start.
        var pid: pid_t?
        var isEnding = false
    }

    private let slots: Int
    private let database: String
    private let state = Mutex(State())

    /// Seconds before it is started again: doubled with each death within a minute.
    private static let pauses = 1...30

    /// - Throws: `Failure` when it cannot be started.
    init(slots: Int, database: String) throws {
        self.slots = slots
        self.database = database
        let pid = try Self.start(slots: slots, database: database)
        state.withLock { $0.pid = pid }
        // This thread outlives every child: a child ends with the thread that started it.
        try DedicatedThread.start { [self] in watch(pid) }
    }

    /// Lets it end its jobs as SIGTERM does, and does not wait for that. Safe to repeat.
    func beginStop() {
        state.withLock { state in
            // A second signal would end its jobs the hard way.
            if !state.isEnding, let pid = state.pid { kill(pid, SIGTERM) }
            state.isEnding = true
        }
    }

    /// Lets it end its jobs as SIGTERM does, and waits for that.
    func stop() {
        beginStop()
        guard let pid = state.withLock({ $0.pid }) else { return }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    private func watch(_ first: pid_t) {
        var pid = first
        var pause = Self.pauses.lowerBound
        while true {
            let began = time(nil)
            // It is reaped only where nobody is ending it, so that its number stays its own until then.
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0 {
                if errno != EINTR { return }
            }
            let isEnding = state.withLock { state in
                guard !state.isEnding else { return true }
                var status: Int32 = 0
                waitpid(pid, &status, 0)
                state.pid = nil
                return false
            }
            if isEnding { return }
            pause = time(nil) - began > 60 ? Self.pauses.lowerBound : min(pause * 2, Self.pauses.upperBound)
            StandardError.print("weir: the runner (process \(pid)) has ended; it is started again in \(pause) s")
            sleep(UInt32(pause))
            guard let next = restart() else { return }
            pid = next
        }
    }

    private func restart() -> pid_t? {
        state.withLock { state in
            guard !state.isEnding else { return nil }
            do {
                state.pid = try Self.start(slots: slots, database: database)
            } catch {
                StandardError.print("weir: \(error)")
            }
            return state.pid
        }
    }

    private static func start(slots: Int, database: String) throws -> pid_t {
        let words = ["weir", "runner", "--slots", "\(slots)", "--db", database, "--end-with-parent"]
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        // A group of its own: Ctrl-C is for this process, which passes the end on.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The thread that starts it again has every signal blocked.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/proc/self/exe", nil, &attributes, arguments, environ)
        guard code == 0 else {
            throw Failure("the runner cannot be started: \(String(cString: strerror(code)))", code: Failure.unavailable)
        }
        return pid
    }
}
