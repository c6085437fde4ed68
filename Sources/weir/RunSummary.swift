import Engine
import Glibc
import Jobs
import SQLite

/// What is shown of a run, while it goes on and when it has ended.
struct RunSummary {
    let report: RunReport

    /// More steps are shown as their number.
    private static let mostSteps = 200
    private static let mostOfPath = 20

    func print(as format: OutputFormat) {
        switch format {
        case .table:
            Output.write(text(), to: STDOUT_FILENO)
            printGates()
            Output.write(Timeline(report: report, width: Terminal.width()).text, to: STDOUT_FILENO)
        case .csv: CSVPrinter.print(steps())
        case .json: Output.print(Terminal.safe(report.json, for: STDOUT_FILENO))
        }
    }

    private func steps() -> Table {
        var keys: [JobID: String] = [:]
        for step in report.steps where step.hasParts { keys[step.job] = step.key }
        return Table(
            columns: [
                "step", "state", "group", "attempts", "wait_ms", "duration_ms", "critical", "exit_code", "error", "job",
                "parent", "kind", "peak_memory_kb", "cpu_ms", "output_bytes",
            ],
            rows: report.steps.map { step in
                [
                    .text(step.key), .text(step.state.rawValue), value(step.group), value(step.attempts),
                    value(step.wait), step.startedAt == nil ? .null : value(step.duration),
                    .integer(step.isCritical ? 1 : 0), value(step.exitCode), value(step.error),
                    value(step.job.rawValue), value(step.parent.flatMap { keys[$0] }), .text(step.kind.rawValue),
                    value(step.peakMemory), value(step.processorTime), value(step.outputBytes),
                ]
            })
    }

    private func value(_ number: Int?) -> SQLiteValue { number.map { .integer(Int64($0)) } ?? .null }
    private func value(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }

    // MARK: For people

    private func text() -> String {
        let figures = SummaryFigures(report: report).lines
        let width = figures.map(\.name.count).max() ?? 0
        var text = head() + figures.map { "\($0.name.padded(width))  \($0.value)\n" }.joined()
        text += "\n" + breakdown()
        let critical = report.criticalPath
        if !critical.isEmpty {
            text += "critical path (*): \(TimeText.short(report.parallelStats.criticalLength)): "
            text += critical.prefix(Self.mostOfPath).map { Terminal.visible($0.shortLabel) }.joined(separator: " → ")
            text += critical.count > Self.mostOfPath ? " → … \(critical.count - Self.mostOfPath) more\n" : "\n"
        }
        text += "sequential \(TimeText.short(report.sequential)), actual \(TimeText.short(report.elapsed))"
        if report.saved > 0, let percent = report.savedPercent {
            text += ", saved \(TimeText.short(report.saved)) (\(percent)%)"
        }
        return text + "\n"
    }

    private func head() -> String {
        var text = "\n\(Terminal.visible(report.workflow)) \(Terminal.visible(report.version)), run \(report.run): "
        text += report.state.rawValue
        if report.startedAt != nil { text += (report.isOver ? " in " : " for ") + TimeText.short(report.elapsed) }
        return text + (report.error.map { " (\(Terminal.visible($0)))\n\n" } ?? "\n\n")
    }

    private func breakdown() -> String {
        let shown = mostTelling(report.steps, Self.mostSteps)
        let names = shown.map { String(repeating: "  ", count: $0.depth) + Terminal.visible($0.label) }
        let width = max(4, names.map(\.count).max() ?? 4)
        var text =
            "  \("task".padded(width))  group  state       \("wait".padded(before: 9))\("time".padded(before: 10))\n"
        let slowest = report.executed.count > 1 ? report.slowest?.job : nil
        for (step, name) in zip(shown, names) {
            text += line(step, name.padded(width), isSlowest: step.job == slowest) + "\n"
        }
        let rest = report.steps.count - shown.count
        return text + (rest > 0 ? "  … and \(rest) more; --format csv has all\n" : "") + "\n"
    }

    private func line(_ step: RunReport.Step, _ name: String, isSlowest: Bool) -> String {
        var line = (step.isCritical ? "* " : "  ") + name
        line += "  " + "\(step.group)".padded(before: 5) + "  " + step.state.rawValue.padded(12)
        line += (step.startedAt == nil ? "-" : TimeText.short(step.wait ?? 0)).padded(before: 9)
        line += (step.startedAt == nil ? "-" : TimeText.short(step.duration)).padded(before: 10)
        if isSlowest { line += "  ← slowest" }
        if step.isCached { line += "  from the cache" }
        if step.attempts > 1 { line += "  \(step.attempts) attempts" }
        if step.state == .running, let progress = step.progress { line += "  \(Int(progress))%" }
        if step.state != .succeeded, let error = step.error {
            line += "  " + Terminal.visible(error) + (step.isForgiven ? " (continueOnError)" : "")
        }
        return line
    }

    private func printGates() {
        guard !report.gates.isEmpty else { return }
        Output.print("")
        TablePrinter.print(
            Table(
                columns: ["Task", "Agent", "Gate", "Threshold", "Actual", "Status"],
                rows: report.gates.map { gate in
                    [
                        .text(RunReport.Step.label(key: gate.key, name: nil, agent: nil)), value(gate.agent),
                        .text(gate.label), .text(gate.threshold), value(gate.actual), .text(gate.status),
                    ]
                }))
        Output.print(SummaryFigures.gates(of: report) ?? "")
    }
}

/// Of more steps than can be shown, those that say most: what did not succeed, what is critical, what took longest. In
/// their order.
func mostTelling(_ steps: [RunReport.Step], _ most: Int) -> [RunReport.Step] {
    guard steps.count > most else { return steps }
    let ranked = steps.indices.sorted { left, right in
        let (left, right) = (steps[left], steps[right])
        if left.state != .succeeded, right.state == .succeeded { return true }
        if left.state == .succeeded, right.state != .succeeded { return false }
        if left.isCritical != right.isCritical { return left.isCritical }
        return (left.duration, right.job) > (right.duration, left.job)
    }
    return ranked.prefix(most).sorted().map { steps[$0] }
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    func padded(before width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
