import Engine
import Jobs

/// A run's attempts over time, drawn in text: a row for each step that started.
struct Timeline {
    let report: RunReport
    /// Columns of the whole.
    let width: Int

    private static let mostRows = 60
    private static let widestName = 32

    /// Empty for a run of which nothing has taken time.
    var text: String {
        let started = report.steps.filter { $0.startedAt != nil }
        guard let start = report.startedAt, report.elapsed > 0, !started.isEmpty else { return "" }
        let shown = mostTelling(started, Self.mostRows)
        let names = shown.map { step in
            Self.cut(String(repeating: "  ", count: min(6, step.depth)) + Terminal.visible(step.shortLabel))
        }
        let nameWidth = max(8, names.map(\.count).max() ?? 0)
        let times = shown.map { TimeText.short($0.duration) }
        let timeWidth = max(TimeText.short(report.elapsed).count, times.map(\.count).max() ?? 0)
        let columns = max(10, width - nameWidth - timeWidth - 6)
        let scale = Scale(start: start, length: report.elapsed, columns: columns)
        var text =
            "\n  " + "timeline".padded(nameWidth) + "  0" + TimeText.short(report.elapsed).padded(before: columns - 1)
        text += "\n"
        for (row, step) in shown.enumerated() {
            text += (step.isCritical ? "* " : "  ") + names[row].padded(nameWidth) + "  " + bar(of: step, scale)
            text += "  " + times[row].padded(before: timeWidth) + "\n"
        }
        let rest = started.count - shown.count
        if rest > 0 { text += "  … and \(rest) more\n" }
        let idle = report.steps.count - started.count
        if idle > 0 { text += "  \(idle) did not start\n" }
        return text
    }

    /// `·` ready and waiting, `━` under way, `─` waiting for its parts, `×` the end of an attempt that did not succeed,
    /// `▸` still under way.
    private func bar(of step: RunReport.Step, _ scale: Scale) -> String {
        var cells = [Character](repeating: " ", count: scale.columns)
        guard step.isWork else {
            if let start = step.startedAt { scale.fill(&cells, "─", start, start + step.duration) }
            return String(cells)
        }
        if let ready = step.readyAt, let start = step.startedAt, ready < start {
            scale.fill(&cells, "·", ready, start)
        }
        for attempt in step.tries {
            let last = scale.fill(&cells, "━", attempt.startedAt, attempt.end)
            if attempt.finishedAt == nil { cells[last] = "▸" } else if attempt.state != .succeeded { cells[last] = "×" }
        }
        return String(cells)
    }

    private static func cut(_ name: String) -> String {
        name.count > widestName ? name.prefix(widestName - 1) + "…" : name
    }

    private struct Scale {
        let start: Int
        let length: Int
        let columns: Int

        private func column(_ moment: Int) -> Int {
            let part = Double(moment - start) / Double(length)
            return min(columns - 1, max(0, Int(part * Double(columns))))
        }

        /// Returns the last column of what was drawn, which is one at least.
        @discardableResult
        func fill(_ cells: inout [Character], _ sign: Character, _ from: Int, _ to: Int) -> Int {
            let first = column(from)
            let last = max(first, column(to - 1))
            for column in first...last { cells[column] = sign }
            return last
        }
    }
}
