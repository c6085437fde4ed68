import ArgumentParser
import Engine
import Glibc
import SQLite

struct BenchmarkCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measure what running jobs in parallel gains on this machine.",
        discussion: """
            Executes three kinds of jobs, each a process of its own, one after another and in parallel, through a real
            runner on a database of its own. The same processes without any queue tell what the machine allows.

              weir benchmark
              weir benchmark -t 50 -w 8
              weir benchmark --unit 100ms --format json
            """)

    @Option(
        name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Jobs of each kind.", valueName: "n"))
    var tasks = 20
    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Jobs at once.", valueName: "n"))
    var workers = 4
    @Option(help: ArgumentHelp("How long an I/O-bound job takes; the others follow.", valueName: "time"))
    var unit = TimeLength(milliseconds: 500)
    @Option(help: "How to print.") var format: OutputFormat = .table

    func check() throws {
        guard (1...100_000).contains(tasks) else {
            throw ValidationError("--tasks must be a whole number from 1 to 100000, not \(tasks)")
        }
        guard (1...10_000).contains(workers) else {
            throw ValidationError("--workers must be a whole number from 1 to 10000, not \(workers)")
        }
        guard (10...3_600_000).contains(unit.milliseconds) else {
            throw ValidationError("--unit must lie between 10ms and 1h")
        }
    }

    func execute() throws {
        let folder = try TemporaryFolder(prefix: "weir-benchmark")
        defer { folder.remove() }
        let loops = try Calibration.loopsPerMillisecond()
        let queue = BenchmarkQueue(folder: folder.path)
        var rows: [BenchmarkRow] = []
        for task in BenchmarkTask.all(unit: unit.milliseconds, loopsPerMillisecond: loops) {
            tell("\(task.title): \(tasks) jobs, one at a time")
            let sequential = try queue.measure(task, count: tasks, slots: 1)
            tell("\(task.title): \(tasks) jobs, \(workers) at once")
            let parallel = try queue.measure(task, count: tasks, slots: workers)
            tell("\(task.title): \(tasks) processes without a queue, \(workers) at once")
            let bare = try BareProcesses.measure(task, count: tasks, atOnce: workers)
            rows.append(BenchmarkRow(task: task, sequential: sequential, parallel: parallel, bare: bare))
        }
        format.print(BenchmarkRow.table(rows, workers: workers, tasks: tasks, format: format))
    }

    private func tell(_ line: String) {
        if StandardError.isTerminal { StandardError.print(line) }
    }
}

/// What one kind of job took; milliseconds.
struct BenchmarkRow {
    let task: BenchmarkTask
    let sequential: Double
    let parallel: Double
    /// The same processes without a queue.
    let bare: Double

    var speedup: Double { sequential / max(parallel, 0.001) }
    /// What the machine allows.
    var ideal: Double { sequential / max(bare, 0.001) }
    /// Of what the machine allows.
    var reached: Double { bare / max(parallel, 0.001) }

    static func table(_ rows: [BenchmarkRow], workers: Int, tasks: Int, format: OutputFormat) -> Table {
        format == .table ? forPeople(rows, workers: workers) : plain(rows, workers: workers, tasks: tasks)
    }

    private static func forPeople(_ rows: [BenchmarkRow], workers: Int) -> Table {
        var table = Table(columns: [
            "Task Type", "Sequential", "Parallel (\(workers) workers)", "Speedup", "Ideal", "Reached",
        ])
        for row in rows {
            table.rows.append([
                .text(row.task.title), .text(seconds(row.sequential)), .text(seconds(row.parallel)),
                .text(decimal(row.speedup, 2) + "x"), .text(decimal(row.ideal, 2) + "x"),
                .text(decimal(row.reached * 100, 0) + "%"),
            ])
        }
        return table
    }

    private static func plain(_ rows: [BenchmarkRow], workers: Int, tasks: Int) -> Table {
        var table = Table(columns: [
            "task_type", "tasks", "workers", "sequential_ms", "parallel_ms", "speedup", "bare_ms", "ideal", "reached",
        ])
        for row in rows {
            table.rows.append([
                .text(row.task.name), .integer(Int64(tasks)), .integer(Int64(workers)),
                .integer(Int64(row.sequential.rounded())), .integer(Int64(row.parallel.rounded())),
                .real(rounded(row.speedup)), .integer(Int64(row.bare.rounded())), .real(rounded(row.ideal)),
                .real(rounded(row.reached)),
            ])
        }
        return table
    }

    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
    private static func seconds(_ milliseconds: Double) -> String { decimal(milliseconds / 1_000, 2) + "s" }

    private static func decimal(_ value: Double, _ digits: Int) -> String {
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let whole = Int((value * factor).rounded())
        guard digits > 0 else { return "\(whole)" }
        let fraction = "\(whole % Int(factor))"
        return "\(whole / Int(factor))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
