import Engine
import Jobs
import JSON
import Stores
import Workflows

/// What a client ordered, as a run to start.
struct RunOrder {
    let order: ExecuteWorkflow.Order
    let entry: WorkflowCatalogue.Entry
    let context: ToolContext

    /// - Throws: `ToolFailure` that tells every fault of the workflow and of what it was given.
    func spec() throws -> RunSpec {
        guard let workflow = entry.workflow else {
            let faults = entry.diagnostics.filter { $0.severity == .error }.map { $0.render(file: entry.place) }
            throw ToolFailure("the workflow has errors: \(faults.prefix(10).joined(separator: "; "))")
        }
        let chosen = try chosen(of: workflow)
        let document = chosen == workflow ? entry.document : self.document(of: chosen)
        do {
            return try document.runSpec(
                of: chosen, inputs: order.parameters,
                options: PlanOptions(parallel: order.isParallel, maxConcurrency: order.limit),
                directory: context.directory, searchPath: context.searchPath, database: context.service.path)
        } catch let failure as StepFailure {
            throw ToolFailure("\(failure)")
        }
    }

    /// The document says what the run is, for whoever judges it.
    private func document(of workflow: Workflow) -> WorkflowDocument {
        WorkflowDocument(path: entry.document.path, text: workflow.canonical.text)
    }

    /// The whole workflow, or one of the chosen tasks alone, in the order in which they were named.
    private func chosen(of workflow: Workflow) throws -> Workflow {
        guard let tasks = order.tasks else { return workflow }
        let chosen = tasks.map(TaskNumber.step)
        let ids = workflow.steps.map(\.id)
        if let missing = zip(tasks, chosen).first(where: { !ids.contains($0.1) })?.0 {
            let numbers = entry.taskNumbers.map(String.init).joined(separator: ", ")
            throw ToolFailure(
                "workflow '\(workflow.name)' has no task \(missing)"
                    + (numbers.isEmpty ? "; its tasks have no numbers, so leave task_ids out" : "; it has \(numbers)"))
        }
        guard chosen != ids else { return workflow }
        var part = workflow
        part.keep(Set(chosen))
        let places = Dictionary(zip(chosen, chosen.indices)) { first, _ in first }
        part.steps.sort { (places[$0.id] ?? 0) < (places[$1.id] ?? 0) }
        part.keepsOrder = true
        return part
    }
}
