import Engine
import Jobs

/// The figures of a run, a line each, for people.
struct SummaryFigures {
    let report: RunReport

    var lines: [(name: String, value: String)] {
        var lines = [("tasks executed", executed), ("mode", mode)]
        func add(_ name: String, _ value: String?) {
            if let value { lines.append((name, value)) }
        }
        add("slowest task", report.slowest.map { "\(Terminal.visible($0.label)), \(TimeText.short($0.duration))" })
        add("speedup", speedup)
        add("quality gates", Self.gates(of: report))
        add("combined output", report.executed.isEmpty ? nil : SizeText.short(report.outputBytes))
        add("start skew", report.startSkew.map(TimeText.short))
        add("blocked time", report.executed.isEmpty ? nil : blocked)
        add("peak memory", memory)
        add("processor time", report.executed.isEmpty ? nil : processors)
        add("pools", pools)
        return lines
    }

    private var executed: String {
        let tasks = report.steps.filter(\.isWork)
        let counts = [JobState.succeeded, .failed, .skipped, .cancelled].compactMap { state in
            let count = tasks.count { $0.state == state }
            return count > 0 || state == .succeeded ? "\(count) \(state.rawValue)" : nil
        }
        let open = tasks.count { !$0.state.isFinal }
        return "\(report.executed.count) of \(tasks.count): "
            + (counts + (open > 0 ? ["\(open) unfinished"] : [])).joined(separator: ", ")
    }

    private var mode: String {
        let stats = report.parallelStats
        let groups = "\(stats.totalGroups) group\(stats.totalGroups == 1 ? "" : "s")"
        return report.isSequential
            ? "sequential, \(groups)" : "parallel, \(groups), at most \(stats.maxConcurrentSteps) at once"
    }

    private var speedup: String? {
        guard let speedup = report.parallelStats.speedup else { return nil }
        let efficiency = report.parallelStats.efficiency.map { " (efficiency \(hundredths($0)))" } ?? ""
        return "\(hundredths(speedup))×\(efficiency)"
    }

    /// `passed: 11/12 (91.7%)`; `nil`: there are none.
    static func gates(of report: RunReport) -> String? {
        guard let percent = report.gatePercent else { return nil }
        return "passed: \(report.passedGates)/\(report.gates.count) (\(percent)%)"
    }

    private var blocked: String {
        var text = TimeText.short(report.blocked)
        var causes: [RunReport.Blocking.Cause: (steps: Int, wait: Int)] = [:]
        var waited = 0
        for blocking in report.blockings {
            if case .step = blocking.cause {
                waited += 1
            } else {
                causes[blocking.cause, default: (0, 0)].steps += 1
                causes[blocking.cause, default: (0, 0)].wait += blocking.wait
            }
        }
        let parts = causes.sorted { ($0.value.wait, "\($1.key)") > ($1.value.wait, "\($0.key)") }.prefix(5).map {
            "\(TimeText.short($0.value.wait)) for \(Terminal.visible("\($0.key)"))"
        }
        if !parts.isEmpty { text += ", of it \(parts.joined(separator: ", "))" }
        text += waited == 0 ? "; no task waited for another" : "; \(waited) came after another"
        return waited == 0 && !parts.isEmpty ? text.replacing("; no task waited for another", with: "") : text
    }

    private var memory: String? {
        guard let peak = report.peakMemory else { return nil }
        let together =
            report.parallelStats.memoryTogether.map { ", \(SizeText.short($0 * 1024)) together at most" } ?? ""
        return "\(SizeText.short(peak * 1024)) of one task\(together)"
    }

    private var processors: String {
        let peak =
            report.peakProcessors.map { $0 > 0 ? ", \(hundredths($0)) processors at most in one task" : "" } ?? ""
        return TimeText.short(report.processorTime) + peak
    }

    private var pools: String? {
        let use = report.parallelStats.resourceUtilization.sorted { $0.key < $1.key }
        guard !use.isEmpty else { return nil }
        return use.prefix(10).map { "\(Terminal.visible($0.key)) \(tenths($0.value * 100))%" }.joined(separator: ", ")
    }

    private func hundredths(_ number: Double) -> String {
        let value = Int((number * 100).rounded())
        return "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
    }

    private func tenths(_ number: Double) -> String {
        let value = Int((number * 10).rounded())
        return "\(value / 10).\(value % 10)"
    }
}

/// Amounts of bytes as people read them.
enum SizeText {
    /// `812 B`, `1.5 KiB`, `180 MiB`.
    static func short(_ bytes: Int) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard bytes >= 1024 else { return "\(bytes) B" }
        var size = Double(bytes) / 1024
        var unit = 0
        while size >= 1000, unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        let tenths = Int((size * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\(Int(size.rounded())) \(units[unit])"
    }
}
