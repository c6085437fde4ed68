import Glibc
import TestSupport

/// A process that a test started. What it prints goes to files; it is killed when it is let go of.
final class TestProcess {
    struct End: Equatable {
        var exitCode: Int32?
        var signal: Int32?
    }

    let pid: pid_t
    private let outputPath: String
    private let errorPath: String
    private(set) var end: End?

    init(
        _ argv: [String], in folder: String, directory: String? = nil, environment: [String: String] = [:],
        input: String? = nil
    ) throws {
        let name = "\(folder)/process-\(UInt64.random(in: 0 ... .max))"
        (outputPath, errorPath) = ("\(name).out", "\(name).err")
        var inputPath = "/dev/null"
        if let input {
            inputPath = "\(name).in"
            try Files.write(input, to: inputPath)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, as a shell gives: a stop of it is nobody else's.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var inherited: [String: String] = [:]
        for name in ["PATH", "HOME", "TMPDIR", "LANG"] { inherited[name] = Binary.variable(name) }
        let variables = inherited.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var child: pid_t = 0
        // `env` becomes the program, under its own pid.
        let code = withCStrings(["/usr/bin/env", "-C", directory ?? folder] + argv) { argv in
            withCStrings(variables) { posix_spawn(&child, "/usr/bin/env", &actions, &attributes, argv, $0) }
        }
        guard code == 0 else { throw TestFailure("cannot start \(argv): error \(code)") }
        pid = child
    }

    deinit {
        guard end == nil else { return }
        Glibc.kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    func send(_ signal: Int32) { if end == nil { Glibc.kill(pid, signal) } }

    /// Kills it and waits for its end.
    func kill() throws {
        send(SIGKILL)
        try wait(within: 30)
    }

    var isRunning: Bool { take(); return end == nil }

    @discardableResult
    func wait(within seconds: Int = 120) throws -> End {
        try eventually("end of process \(pid): \(error.suffix(2_000))", within: seconds, every: 2_000) { !isRunning }
        return end ?? End()
    }

    var output: String { Files.read(outputPath) }
    var error: String { Files.read(errorPath) }
    var isStopped: Bool { ["T", "t"].contains(Files.state(of: pid)) }

    private func take() {
        var status: Int32 = 0
        guard end == nil, waitpid(pid, &status, WNOHANG) == pid else { return }
        let signal = status & 0x7F
        end = signal == 0 ? End(exitCode: (status >> 8) & 0xFF) : End(signal: signal)
    }
}

private func withCStrings<R>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        // Never empty: it ends with nil.
        body(buffer.baseAddress!)
    }
}
