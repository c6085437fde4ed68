import Glibc

/// What `tools/bench` measures of Weir itself. Each command prints lines `name=value`.
@main
enum Bench {
    private static let usage = """
        usage: weir-bench COMMAND [name=value…]; tools/bench calls it

        prepare db=PATH [finished=N] [pooled=N]     a database with N finished jobs, or N ready ones behind a full pool
        run db=PATH jobs=N [slots=64] [runners=1] [shape=flat|chain|fan] [work=noop|script] [results=no|yes]
        run db=PATH jobs=N slots=N work=worker command=WORDS    jobs of the type noop, by worker processes
        enqueue db=PATH jobs=N [batch=100]
        latency db=PATH jobs=N stamp=PROGRAM        needs a runner on the database

        and durability=full|normal
        """

    static func main() {
        do {
            let settings = try Settings(CommandLine.arguments.dropFirst(2))
            switch CommandLine.arguments.dropFirst().first {
            case "prepare": try Preparation(settings).run()
            case "run": try RunBench(settings).run()
            case "runner": try BenchRunner(settings).run()
            case "enqueue": try EnqueueBench(settings).run()
            case "latency": try LatencyBench(settings).run()
            default: throw BenchError(usage)
            }
        } catch {
            let line = "weir-bench: \(error)\n"
            _ = write(STDERR_FILENO, line, line.utf8.count)
            exit(1)
        }
    }
}

/// What went wrong, for people.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
