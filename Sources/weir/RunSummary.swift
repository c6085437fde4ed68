import Engine
import Glibc
import Jobs
import SQLite

/// What is printed when a run has ended.
struct RunSummary {
    let report: RunReport

    func print(as format: OutputFormat) {
        switch format {
        case .table: Output.write(text(), to: STDOUT_FILENO)
        case .csv: CSVPrinter.print(steps())
        case .json: Output.print(json())
        }
    }

    private func steps() -> Table {
        Table(
            columns: [
                "step", "state", "group", "attempts", "wait_ms", "duration_ms", "critical", "exit_code", "error",
            ],
            rows: report.steps.map { step in
                [
                    .text(step.id), .text(step.state), .integer(Int64(step.group)), .integer(Int64(step.attempts)),
                    value(step.wait), step.startedAt == nil ? .null : value(step.duration),
                    .integer(step.isCritical ? 1 : 0), value(step.exitCode), step.error.map { .text($0) } ?? .null,
                ]
            })
    }

    private func value(_ number: Int?) -> SQLiteValue { number.map { .integer(Int64($0)) } ?? .null }

    private func json() -> String {
        let lines = JSONPrinter.array(of: steps())
        let fields: [(String, String)] = [
            ("run", "\(report.run)"), ("workflow", JSONPrinter.quoted(report.workflow)),
            ("version", JSONPrinter.quoted(report.version)), ("state", JSONPrinter.quoted(report.state)),
            ("error", report.error.map(JSONPrinter.quoted) ?? "null"), ("duration_ms", "\(report.elapsed)"),
            ("sequential_ms", "\(report.sequential)"), ("speedup", report.speedup.map { "\($0)" } ?? "null"),
            ("efficiency", report.efficiency.map { "\($0)" } ?? "null"),
            (
                "critical_path",
                "[" + report.criticalPath.map { JSONPrinter.quoted($0.id) }.joined(separator: ", ") + "]"
            ),
            ("steps", lines),
        ]
        return "{\n" + fields.map { "  \(JSONPrinter.quoted($0.0)): \($0.1)" }.joined(separator: ",\n") + "\n}"
    }

    // MARK: For people

    private func text() -> String {
        var text = "\n\(Terminal.visible(report.workflow)) \(Terminal.visible(report.version)), run \(report.run): "
        text += "\(report.state) in \(TimeText.short(report.elapsed))"
        text += report.error.map { " (\(Terminal.visible($0)))\n\n" } ?? "\n\n"
        let width = max(4, report.steps.map { Terminal.visible($0.id).count }.max() ?? 4)
        text +=
            "  " + padded("step", width) + "  group  state       " + leftPadded("wait", 9) + leftPadded("time", 10)
            + "\n"
        for step in report.steps { text += line(step, width) }
        text += "\n" + counts() + "\n"
        let critical = report.criticalPath
        if !critical.isEmpty {
            text += "critical path (*): \(TimeText.short(critical.reduce(0) { $0 + $1.duration })): "
            text += critical.map { Terminal.visible($0.id) }.joined(separator: " → ") + "\n"
        }
        text += "sequential \(TimeText.short(report.sequential)), actual \(TimeText.short(report.elapsed))"
        if report.sequential > report.elapsed {
            let saved = report.sequential - report.elapsed
            text += ", saved \(TimeText.short(saved)) (\(saved * 100 / report.sequential) %)"
        }
        return text + (report.speedup.map { ", speedup \(hundredths($0))×\n" } ?? "\n")
    }

    private func line(_ step: RunReport.Step, _ width: Int) -> String {
        var line = (step.isCritical ? "* " : "  ") + padded(Terminal.visible(step.id), width)
        line += "  " + leftPadded("\(step.group)", 5) + "  " + padded(step.state, 12)
        line += leftPadded(step.startedAt == nil ? "-" : TimeText.short(step.wait ?? 0), 9)
        line += leftPadded(step.startedAt == nil ? "-" : TimeText.short(step.duration), 10)
        if step.attempts > 1 { line += "  \(step.attempts) attempts" }
        if step.state != "succeeded", let error = step.error {
            line += "  " + Terminal.visible(error) + (step.forgiven ? " (continueOnError)" : "")
        }
        return line + "\n"
    }

    private func counts() -> String {
        let counts = [JobState.succeeded, .failed, .skipped, .cancelled].compactMap { state in
            let count = report.count(state)
            return count > 0 || state == .succeeded ? "\(count) \(state.rawValue)" : nil
        }
        return "\(report.steps.count) steps: " + counts.joined(separator: ", ")
    }

    private func hundredths(_ number: Double) -> String {
        let value = Int((number * 100).rounded())
        return "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func leftPadded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
