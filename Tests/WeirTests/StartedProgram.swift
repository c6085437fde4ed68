import Glibc
import TestSupport

/// A program that a test started. What it writes goes to files, so that no pipe can fill up.
final class StartedProgram {
    let pid: pid_t
    private let outputFile: String
    private let errorFile: String

    /// In seconds; only a program that hangs takes so long.
    private static let patience = 120.0

    init(
        argv: [String], environment: [String: String], directory: String, files folder: String, input: [UInt8]
    ) throws {
        let name = "\(folder)/program-\(UInt64.random(in: 0..<UInt64.max))"
        outputFile = name + ".out"
        errorFile = name + ".err"
        try writeFile(name + ".in", input)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, name + ".in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // Whoever runs the tests in the background may have Ctrl-C ignored.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        // env(1) goes to the directory and becomes the program, under the same pid.
        let code = withStrings(["/usr/bin/env", "-C", directory] + argv) { argv in
            withStrings(variables) { posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, argv, $0) }
        }
        guard code == 0 else { throw TestFailure("\(argv.first ?? ""): \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    /// What it has written so far.
    var output: String { String(decoding: readFile(outputFile), as: UTF8.self) }
    var errors: String { String(decoding: readFile(errorFile), as: UTF8.self) }

    func signal(_ number: Int32) { kill(pid, number) }

    func wait() throws -> WeirCommandLine.Finished {
        var status: Int32 = 0
        try poll("process \(pid) to end: \(errors)", patience: Self.patience, before: { kill(self.pid, SIGKILL) }) {
            waitpid(pid, &status, WNOHANG) == pid
        }
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return WeirCommandLine.Finished(output: output, errors: errors, code: code)
    }

    /// Waits until it has written `text` to standard output.
    func until(_ text: String) throws {
        try poll("'\(text)' in '\(output)' '\(errors)'") { output.contains(text) }
    }
}

/// Waits for something that gives no signal.
///
/// - Parameter before: called when the time is over.
func poll(
    _ what: @autoclosure () -> String, patience: Double = 60, before giveUp: () -> Void = {},
    _ condition: () throws -> Bool
) throws {
    var start = timespec()
    clock_gettime(CLOCK_MONOTONIC, &start)
    while !(try condition()) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        guard Double(now.tv_sec - start.tv_sec) < patience else {
            giveUp()
            throw TestFailure("waited in vain for \(what())")
        }
        usleep(2_000)
    }
}

func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw TestFailure("\(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard count > 0 else { throw TestFailure("\(path): \(String(cString: strerror(errno)))") }
        rest = rest.dropFirst(count)
    }
}

/// Empty where there is no such file.
func readFile(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(file, &chunk, chunk.count)
        guard count > 0 else { return bytes }
        bytes += chunk[..<count]
    }
}

/// The strings as C wants argv.
private func withStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
