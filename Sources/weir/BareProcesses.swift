import CLinux
import Glibc

/// Starts processes without any queue, some at once: what the machine allows.
enum BareProcesses {
    /// POSIX_SPAWN_SETSID, which Swift's Glibc module does not show.
    private static let setsid: Int16 = 0x80

    /// - Returns: milliseconds from the first start to the last end.
    /// - Throws: when one cannot be started, or fails.
    static func measure(_ task: BenchmarkTask, count: Int, atOnce: Int) throws -> Double {
        let start = clock()
        var left = count
        var running: [pollfd] = []
        var pids: [Int32: pid_t] = [:]
        while left > 0 || !running.isEmpty {
            while left > 0, running.count < atOnce {
                let pid = try spawn(task.argv)
                let file = clinux_pidfd_open(pid)
                guard file >= 0 else { throw Failure("pidfd_open: \(String(cString: strerror(errno)))") }
                pids[file] = pid
                running.append(pollfd(fd: file, events: Int16(POLLIN), revents: 0))
                left -= 1
            }
            guard poll(&running, nfds_t(running.count), -1) > 0 || errno == EINTR else { continue }
            for entry in running where entry.revents != 0 { try reap(entry.fd, pids.removeValue(forKey: entry.fd)) }
            running.removeAll { $0.revents != 0 }
        }
        return clock() - start
    }

    private static func reap(_ file: Int32, _ pid: pid_t?) throws {
        close(file)
        var status: Int32 = 0
        guard let pid, waitpid(pid, &status, 0) == pid, status == 0 else {
            throw Failure("a process of the benchmark failed", code: Failure.software)
        }
    }

    private static func spawn(_ argv: [String]) throws -> pid_t {
        var pid: pid_t = 0
        var arguments = argv.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        // In sessions of their own, as jobs are: the kernel shares processors between sessions.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, setsid)
        let code = posix_spawnp(&pid, argv[0], nil, &attributes, arguments, environ)
        guard code == 0 else {
            throw Failure("\(argv[0]) cannot be started: \(String(cString: strerror(code)))", code: Failure.unavailable)
        }
        return pid
    }

    private static func clock() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
    }
}
