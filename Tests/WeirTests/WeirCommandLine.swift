import Glibc
import SQLite
import TestSupport

/// The real program in a folder of its own.
struct WeirCommandLine {
    let folder: String
    /// Nothing of the environment of the tests but these.
    var environment: [String: String]

    var database: String { folder + "/weir.db" }

    struct Finished {
        let output: String
        let errors: String
        /// 128 + N after signal N, as in a shell.
        let code: Int32
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    init(folder: String) {
        self.folder = folder
        environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": folder, "XDG_STATE_HOME": folder + "/state",
            "TMPDIR": folder, "LC_ALL": "C.UTF-8", "TZ": "UTC", "WEIR_DB": folder + "/weir.db",
        ]
    }

    /// The program, beside the bundle of the tests.
    static let program: String = {
        guard let resolved = realpath("/proc/self/exe", nil) else { return "weir" }
        defer { free(resolved) }
        let tests = String(cString: resolved)
        return tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)] + "/weir"
    }()

    /// Runs `weir` to its end.
    @discardableResult
    func callAsFunction(
        _ arguments: String..., input: String = "", in directory: String? = nil
    ) throws -> Finished {
        try start([Self.program] + arguments, input: Array(input.utf8), in: directory).wait()
    }

    @discardableResult
    func run(_ arguments: [String], input: [UInt8] = [], in directory: String? = nil) throws -> Finished {
        try start([Self.program] + arguments, input: input, in: directory).wait()
    }

    /// A line for bash, in which `weir` is the program.
    func shell(_ line: String, input: String = "") throws -> Finished {
        let function = "weir() { '\(Self.program)' \"$@\"; }\n"
        return try start(["/bin/bash", "-c", function + line], input: Array(input.utf8), in: nil).wait()
    }

    /// Starts `weir` and does not wait.
    func start(_ arguments: String...) throws -> StartedProgram {
        try start([Self.program] + arguments, input: [], in: nil)
    }

    private func start(_ argv: [String], input: [UInt8], in directory: String?) throws -> StartedProgram {
        try StartedProgram(
            argv: argv, environment: environment, directory: directory ?? folder, files: folder, input: input)
    }

    /// Enqueues and returns the id.
    @discardableResult
    func enqueue(_ arguments: String...) throws -> String {
        let finished = try run(["enqueue"] + arguments)
        guard finished.code == 0, let id = finished.lines.first else {
            throw TestFailure("enqueue \(arguments): \(finished.code) \(finished.errors)")
        }
        return id
    }

    /// A runner works until nothing is left.
    func work(slots: Int = 2) throws {
        let finished = try run(["runner", "--slots", "\(slots)", "--drain-after", "idle"])
        guard finished.code == 0 else { throw TestFailure("runner: \(finished.code) \(finished.errors)") }
    }

    func state(of job: String) throws -> String {
        try run(["sql", "--format", "csv", "SELECT state FROM job_history WHERE id = \(job)"]).lines.last ?? ""
    }
}

/// Gives `body` the program with an empty folder. Afterwards the database, if there is one, must be whole.
func withWeir(_ body: (inout WeirCommandLine) throws -> Void) throws {
    try withTemporaryFolder { folder in
        var weir = WeirCommandLine(folder: folder)
        try body(&weir)
        guard access(weir.database, F_OK) == 0 else { return }
        let doctor = try weir("doctor")
        guard doctor.code == 0 else { throw TestFailure("doctor: \(doctor.output)\(doctor.errors)") }
    }
}
