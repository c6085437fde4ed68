import Glibc
import Jobs
import SQLite
import TestSupport

/// A folder with a database, and the processes that work on it.
final class Host {
    let folder: String
    let database: String
    private var reader: Connection?
    private(set) var runners: [TestProcess] = []

    init(folder: String) {
        self.folder = folder
        database = "\(folder)/weir.db"
    }

    var ledgerPath: String { "\(folder)/ledger" }
    var ledger: Ledger { Ledger(Files.read(ledgerPath)) }

    // MARK: Processes

    func start(
        _ arguments: [String], directory: String? = nil, environment: [String: String] = [:], input: String? = nil,
        under wrapper: [String] = []
    ) throws -> TestProcess {
        try TestProcess(
            wrapper + [Binary.path] + arguments, in: folder, directory: directory ?? folder,
            environment: ["WEIR_DB": database, "LEDGER": ledgerPath].merging(environment) { $1 }, input: input)
    }

    /// Runs a command to its end, which must be good, and returns what it printed.
    @discardableResult
    func run(_ arguments: String..., input: String? = nil) throws -> String {
        let process = try start(arguments, input: input)
        let end = try process.wait()
        guard end.exitCode == 0 else { throw TestFailure("weir \(arguments): \(end) \(process.error)") }
        return process.output
    }

    @discardableResult
    func startRunner(_ arguments: String..., under wrapper: [String] = []) throws -> TestProcess {
        let runner = try start(["runner"] + arguments, under: wrapper)
        runners.append(runner)
        return runner
    }

    func forget(_ runner: TestProcess) { runners.removeAll { $0 === runner } }

    /// Ends every runner that still runs, as an operator does.
    func stopRunners(within seconds: Int = 60) throws {
        for runner in runners { runner.send(SIGTERM) }
        for runner in runners { try runner.wait(within: seconds) }
        runners = []
    }

    /// What was started here lives no more.
    func endAll() {
        runners = []
        for pid in Files.processes(with: database) { Glibc.kill(pid, SIGKILL) }
        reader = nil
    }

    /// Stores jobs that execute the ledger's script, in one transaction. `jobs` has their seconds and manner.
    func enqueueLedgerJobs(_ jobs: [(seconds: Double, manner: String)], queue: String = "default") throws {
        let script = "\(folder)/job.sh"
        try Files.write(Ledger.script, to: script)
        let lines = jobs.map { job in
            #"{"command": "\#(script)", "args": ["\#(job.seconds)", "\#(job.manner)"], "queue": "\#(queue)", "#
                + #""env": {"LEDGER": "\#(ledgerPath)"}}"#
        }
        try run("enqueue", "--from", "-", input: lines.joined(separator: "\n"))
    }

    // MARK: The database

    private func connection() throws -> Connection {
        if let reader { return reader }
        let opened = try Connection(path: database, kind: .reader)
        reader = opened
        return opened
    }

    func rows(_ sql: String) throws -> [[SQLiteValue]] { try connection().dynamic(sql, []).rows }

    func number(_ sql: String) throws -> Int {
        guard case .integer(let value)? = try rows(sql).first?.first else { return 0 }
        return Int(value)
    }

    func lines(_ sql: String) throws -> [String] {
        try rows(sql).map { $0.map(\.plainText).joined(separator: "|") }
    }

    /// Closes this test's own connection, so that a log may be begun anew.
    func disconnect() { reader = nil }

    /// As another program does.
    @discardableResult
    func shell(_ sql: String) throws -> String {
        let shell = try TestProcess(["sqlite3", "-cmd", ".timeout 20000", database, sql], in: folder)
        let end = try shell.wait()
        guard end.exitCode == 0 else { throw TestFailure("sqlite3: \(shell.error)") }
        // The first line is what '.timeout' prints in some versions: nothing.
        return shell.output
    }

    func isAllFinal() throws -> Bool { try number("SELECT count(*) FROM jobs WHERE finished_at IS NULL") == 0 }

    func checkInvariants() throws {
        for invariant in Invariant.all {
            let places = try invariant.violations(in: connection())
            guard places.isEmpty else { throw TestFailure("broken: \(invariant.name): \(places)") }
        }
    }
}

/// Gives `body` a host in a new folder; nothing of it lives afterwards.
func withHost<R>(_ body: (Host) throws -> R) throws -> R {
    try withTemporaryFolder { folder in
        let host = Host(folder: folder)
        defer { host.endAll() }
        do {
            return try body(host)
        } catch {
            for runner in host.runners { report("runner \(runner.pid): \(runner.error.suffix(1_500))") }
            throw error
        }
    }
}
