import CLinux
import Glibc

@testable import Executors

/// A script that a test started, and the loop that a runner would have.
struct TestScript {
    let process: ScriptProcess

    static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

    /// A mark that no other test has.
    static func newMark() -> UInt64 { UInt64.random(in: 1..<1 << 60) }

    static func request(_ argv: [String], mark: UInt64 = newMark()) -> ScriptRequest {
        ScriptRequest(argv: argv, environment: environment, directory: "/", mark: mark)
    }

    static func request(shell: String, mark: UInt64 = newMark()) -> ScriptRequest {
        request(["sh", "-c", shell], mark: mark)
    }

    /// Starts and does not wait.
    static func start(_ request: ScriptRequest) throws -> TestScript {
        TestScript(process: try ScriptProcess.start(request, spawner: try Spawner()))
    }

    /// Starts and waits for the end.
    static func run(_ request: ScriptRequest) throws -> (exit: ScriptExit, output: OutputBuffer) {
        let script = try start(request)
        return (try script.finish(), script.process.output)
    }

    /// What a shell script writes to standard output.
    static func output(of shell: String) throws -> String {
        let (_, output) = try run(request(shell: shell))
        return String(decoding: output.standardOutput(limit: .max) ?? [], as: UTF8.self)
    }

    /// Reads output until `text` has been written.
    func awaitOutput(_ text: String) throws {
        let process = process
        try pollUntil {
            wait()
            let now = String(decoding: process.output.standardOutput(limit: .max) ?? [], as: UTF8.self)
            return now.contains(text)
        }
    }

    /// Reads output until the script's own process ends.
    func finish() throws -> ScriptExit {
        var exit: ScriptExit?
        let process = process
        try pollUntil {
            if wait() { exit = process.reap() }
            return exit != nil
        }
        guard let exit else { throw TestTimeout() }
        return exit
    }

    /// Waits for output or the end, and reads what there is. Whether the process has ended.
    @discardableResult
    private func wait() -> Bool {
        var polled = [process.pidfd, process.outputDescriptor, process.errorDescriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        poll(&polled, nfds_t(polled.count), 1000)
        for entry in polled[1...] where entry.revents != 0 { _ = process.readOutput(entry.fd) }
        return polled[0].revents != 0
    }
}

struct TestTimeout: Error {}

/// Calls `condition` until it holds; gives up after a minute. Only for what gives no signal to wait for.
func pollUntil(_ condition: () throws -> Bool) throws {
    let end = clinux_boottime_ms() + 60_000
    while try !condition() {
        guard clinux_boottime_ms() < end else { throw TestTimeout() }
        usleep(500)
    }
}

/// Whether a process lives: a zombie does not.
func isAlive(_ pid: Int32) -> Bool { MarkedProcess(pid: pid) != nil }

/// Steps until nothing lives, and returns how many were killed.
func killTree(_ scan: MarkScan) throws -> Int {
    var kill = TreeKill(scan)
    while true {
        switch kill.step() {
        case .again(let delay): usleep(UInt32(delay) * 1000)
        case .gone(let killed): return killed
        case .stuck: throw TestTimeout()
        }
    }
}

/// A new empty folder, removed with all that is in it.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
    var template = Array("/tmp/weir-executors-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw SpawnError.system("mkdtemp", errno) }
    let folder = String(cString: path)
    defer { _ = try? TestScript.run(TestScript.request(["rm", "-rf", folder])) }
    return try body(folder)
}

func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { throw SpawnError.system("open", errno) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else { throw SpawnError.system("write", errno) }
}
