import Glibc

/// One kind of job that `weir benchmark` measures: a process that always does the same amount of work.
struct BenchmarkTask {
    let name: String
    let title: String
    let argv: [String]

    /// Per task as in the reference's figures: I/O-bound 1 unit, processor 0.8, mixed 1.2, half of it each.
    static func all(unit: Int, loopsPerMillisecond: Double) -> [BenchmarkTask] {
        func sleep(_ milliseconds: Double) -> String { "\(milliseconds / 1_000)" }
        func count(_ milliseconds: Double) -> String { script(loops: max(1, Int(milliseconds * loopsPerMillisecond))) }
        let unit = Double(unit)
        return [
            BenchmarkTask(name: "io_bound", title: "I/O Bound", argv: ["sleep", sleep(unit)]),
            BenchmarkTask(name: "cpu_light", title: "CPU Light", argv: ["/bin/sh", "-c", count(unit * 0.8)]),
            BenchmarkTask(
                name: "mixed", title: "Mixed",
                argv: ["/bin/sh", "-c", "\(count(unit * 0.6)); exec sleep \(sleep(unit * 0.6))"]),
        ]
    }

    /// A computation that needs nothing but a shell.
    static func script(loops: Int) -> String { "i=0; while [ $i -lt \(loops) ]; do i=$((i+1)); done" }
}

/// How fast this machine computes.
enum Calibration {
    /// Of the shell's loop, on an idle processor: the best of some tries, as others may use the machine, too.
    static func loopsPerMillisecond() throws -> Double {
        var loops = 20_000
        while true {
            let times = try (0..<3).map { _ in try time(of: loops) }
            let best = times.min() ?? 0
            if best >= 50 || loops >= 100_000_000 { return Double(loops) / max(best, 0.001) }
            loops *= 2
        }
    }

    private static func time(of loops: Int) throws -> Double {
        try BareProcesses.measure(
            BenchmarkTask(name: "", title: "", argv: ["/bin/sh", "-c", BenchmarkTask.script(loops: loops)]),
            count: 1, atOnce: 1)
    }
}
