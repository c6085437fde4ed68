import JSON
import Jobs
import SQLite
import Workflows

/// The files that a run leaves: one for each task, and its report.
struct RunFiles {
    let run: RunID
    let workflow: Workflow
    let facts: JobTransaction.RunFacts
    let ending: RunEnding
    let store: JobStore

    func write() throws {
        let settings = workflow.report
        guard settings.resultsDirectory != nil || settings.reportPath != nil else { return }
        var report = try RunReport.read(run, from: store)
        report.close(as: ending)
        let document = try RunDocument(report: report, workflow: workflow, store: store)
        if let directory = settings.resultsDirectory {
            for step in report.ownSteps {
                let id = TaskID.shown(step.key)
                try TextFile.write(
                    document.task(step).text + "\n", to: absolute("\(directory)/task-\(Self.slug(id)).json"))
            }
        }
        if let path = settings.reportPath {
            let path = path.replacing("NAME", with: Self.slug(workflow.name))
            try TextFile.write(document.whole.text + "\n", to: absolute(path))
        }
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(facts.directory)/\(path)" }

    /// Fit for a file's name.
    static func slug(_ name: String) -> String {
        var slug = ""
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", "_", ".": slug.unicodeScalars.append(scalar)
            default: if !slug.hasSuffix("-") { slug += "-" }
            }
        }
        while slug.hasPrefix("-") || slug.hasPrefix(".") { slug.removeFirst() }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug.isEmpty ? "workflow" : slug
    }
}
