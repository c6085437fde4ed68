import Glibc

/// Runner processes that are ready before the clock starts.
struct RunnerCrew {
    /// The descriptors that a child finds its pipes at.
    static let readyDescriptor: Int32 = 3
    static let goDescriptor: Int32 = 4

    private let pids: [pid_t]
    private let go: Int32

    /// Starts `count` processes `weir-bench runner` and waits until all have opened the database.
    init(arguments: [String], count: Int) throws {
        let ready = try Self.pipe()
        let go = try Self.pipe()
        pids = try (0..<count).map { _ in
            try Self.start(["weir-bench", "runner"] + arguments, ready: ready.writer, go: go.reader)
        }
        close(ready.writer)
        close(go.reader)
        for _ in 0..<count {
            var byte: UInt8 = 0
            guard read(ready.reader, &byte, 1) == 1 else { throw BenchError("a runner did not start") }
        }
        close(ready.reader)
        self.go = go.writer
    }

    func goAndWait() throws {
        close(go)
        for pid in pids {
            var status: Int32 = 0
            guard waitpid(pid, &status, 0) == pid, status == 0 else { throw BenchError("a runner failed") }
        }
    }

    private static func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw BenchError("pipe: errno \(errno)") }
        // Out of the way of the descriptors that a child gets.
        let high = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        for end in ends { close(end) }
        return (high[0], high[1])
    }

    private static func start(_ arguments: [String], ready: Int32, go: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ready, readyDescriptor)
        posix_spawn_file_actions_adddup2(&actions, go, goDescriptor)
        var argv = arguments.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/proc/self/exe", &actions, nil, &argv, environ)
        guard code == 0 else { throw BenchError("posix_spawn: errno \(code)") }
        return pid
    }
}
