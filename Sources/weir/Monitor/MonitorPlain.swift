import Engine
import Glibc
import Jobs

/// The monitor as a line per second, for pipes and for terminals that can only print.
struct MonitorPlain {
    let store: JobStore

    /// Prints until nobody reads any more or a signal ends it.
    func run() throws {
        var reader = MonitorReader(store: store)
        var next = store.timekeeper.boottime()
        while true {
            Output.print(Self.line(of: try reader.read()))
            // Seconds that a look took are left out, not made up for.
            let now = store.timekeeper.boottime()
            next = max(next + 1_000, now)
            usleep(UInt32((next - now) * 1_000))
        }
    }

    static func line(of snapshot: MonitorSnapshot) -> String {
        func count(_ count: BoundedCount) -> String { "\(count.value)\(count.isExact ? "" : "+")" }
        let parts = [
            TimestampText.text(snapshot.takenAt.rawValue), "queued=\(count(snapshot.ready))",
            "running=\(snapshot.active)",
            "scheduled=\(count(snapshot.scheduled))", "blocked=\(count(snapshot.blocked))",
            "done=\(snapshot.silent.isEmpty ? "" : "≥")\(snapshot.lastWeek.succeeded)",
            "failed=\(snapshot.silent.isEmpty ? "" : "≥")\(snapshot.lastWeek.failed)",
            "throughput=\(snapshot.throughput.map { MonitorText.rate($0).replacing(",", with: "") } ?? "-")/min",
            "util=\(snapshot.utilisation.map(MonitorText.percent) ?? "-")",
        ]
        return parts.joined(separator: " ")
    }
}
