import Engine
import JSON
import Jobs
import Stores
import Workflows

/// What a client ordered of workflow files, as a run to start.
struct RunOrder {
    let order: ExecuteWorkflow.Order
    /// At least one.
    let parts: [WorkflowCatalogue.Part]
    let context: ToolContext

    /// - Throws: `ToolFailure` that tells every fault of the workflows and of what they were given.
    func spec() throws -> RunSpec {
        guard parts.count == 1, let entry = parts.first?.entry else { return try specOfAll() }
        let workflow = try workflow(of: entry)
        let chosen = try chosen(of: workflow, parts[0])
        let document = chosen == workflow ? entry.document : self.document(of: chosen, path: entry.document.path)
        return try spec(of: chosen, document, inputs: order.parameters)
    }

    /// Tasks of several workflows as one run.
    private func specOfAll() throws -> RunSpec {
        let union = WorkflowUnion(try parts.map { try chosen(of: try workflow(of: $0.entry), $0) })
        let (values, faults) = union.inputs(given: order.parameters)
        guard faults.isEmpty else { throw ToolFailure(faults.joined(separator: "; ")) }
        do {
            var workflow = try union.workflow()
            workflow.sort(by: order.tasks ?? [])
            let document = document(of: workflow, path: nil)
            let errors = document.parse().diagnostics.filter { $0.severity == .error }.map(\.message)
            guard errors.isEmpty else {
                throw ToolFailure("the tasks cannot be one run: \(errors.prefix(10).joined(separator: "; "))")
            }
            return try spec(of: workflow, document, inputs: values)
        } catch let conflict as WorkflowUnion.Conflict {
            throw ToolFailure("the tasks cannot be one run: \(conflict)")
        }
    }

    private func spec(
        of workflow: Workflow, _ document: WorkflowDocument, inputs: [String: JSONValue]
    ) throws -> RunSpec {
        do {
            return try document.runSpec(
                of: workflow, inputs: inputs,
                options: PlanOptions(parallel: order.isParallel, maxConcurrency: order.limit),
                directory: context.directory, searchPath: context.searchPath, database: context.service.path)
        } catch let failure as StepFailure {
            throw ToolFailure("\(failure)")
        }
    }

    /// The document says what the run is, for whoever judges it.
    private func document(of workflow: Workflow, path: String?) -> WorkflowDocument {
        WorkflowDocument(path: path, text: workflow.canonical.text)
    }

    private func workflow(of entry: WorkflowCatalogue.Entry) throws -> Workflow {
        guard let workflow = entry.workflow else {
            let faults = entry.diagnostics.filter { $0.severity == .error }.map { $0.render(file: entry.place) }
            throw ToolFailure("the workflow has errors: \(faults.prefix(10).joined(separator: "; "))")
        }
        return workflow
    }

    /// The whole workflow, or one of the chosen tasks alone, in the order in which they were named.
    private func chosen(of workflow: Workflow, _ part: WorkflowCatalogue.Part) throws -> Workflow {
        guard let tasks = part.tasks else { return workflow }
        let chosen = tasks.map(TaskNumber.step)
        let ids = workflow.steps.map(\.id)
        if let missing = zip(tasks, chosen).first(where: { !ids.contains($0.1) })?.0 {
            let numbers = part.entry.taskNumbers.map(String.init).joined(separator: ", ")
            throw ToolFailure(
                "workflow '\(workflow.name)' has no task \(missing)"
                    + (numbers.isEmpty ? "; its tasks have no numbers, so leave task_ids out" : "; it has \(numbers)"))
        }
        guard chosen != ids || parts.count > 1 else { return workflow }
        var part = workflow
        if order.isParallel == true { part.dropOrder() }
        part.keep(Set(chosen))
        part.sort(by: tasks)
        return part
    }
}

extension Workflow {
    /// Brings the steps into the order in which their numbers were named, which counts where one runs at a time.
    fileprivate mutating func sort(by numbers: [Int]) {
        let places = Dictionary(zip(numbers.map(TaskNumber.step), numbers.indices)) { first, _ in first }
        steps.sort { (places[$0.id] ?? 0) < (places[$1.id] ?? 0) }
        keepsOrder = true
    }
}
