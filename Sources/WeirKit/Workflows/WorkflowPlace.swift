import Engine
import Glibc
import JSON
import Jobs
import Workflows

/// Where a workflow is read and run.
struct WorkflowPlace: Sendable {
    let directory: String
    private let options: Orchestrator.Options

    /// Steps at once where nothing says how many.
    private static let mostSlots = 16

    init(_ options: Orchestrator.Options) throws {
        self.options = options
        if let bound = options.maxConcurrency, !(1...10_000).contains(bound) {
            throw WeirError(.invalid, "1 to 10,000 steps run at once, not \(bound)")
        }
        let given = options.directory ?? "."
        guard let real = realpath(given, nil) else {
            throw WeirError(.invalid, "\(given): \(String(cString: strerror(errno)))")
        }
        defer { free(real) }
        directory = String(cString: real)
    }

    var planOptions: PlanOptions {
        PlanOptions(parallel: options.parallel, maxConcurrency: options.maxConcurrency, only: options.only)
    }

    func configuration(database: String) throws -> Configuration {
        try ConfigurationFile.read(given: options.configuration, directory: directory, database: database)
    }

    func parse(_ source: WorkflowSource) throws -> ParsedWorkflow {
        WorkflowParser.parse(
            try source.document(in: directory).text, defaultName: source.defaultName ?? "workflow")
    }

    /// - Throws: a `WeirError` that tells every fault.
    func prepare(
        _ source: WorkflowSource, inputs: [String: JSONValue], database: String
    ) throws -> PreparedRun {
        let document = try source.document(in: directory)
        let parsed = try parse(source)
        guard var workflow = parsed.workflow else {
            throw Self.fault(parsed.diagnostics.filter { $0.severity == .error }.map { WorkflowIssue($0).description })
        }
        let known = Set(workflow.steps.map(\.id))
        if let only = options.only {
            let unknown = only.subtracting(known).sorted()
            guard unknown.isEmpty, !only.isEmpty else {
                throw Self.fault(
                    unknown.isEmpty ? ["no step is chosen"] : unknown.map { "the workflow has no step '\($0)'" })
            }
            workflow.keep(only)
        }
        let missing = try configuration(database: database).resolve(&workflow).filter { $0.severity == .error }
        guard missing.isEmpty else { throw Self.fault(missing.map { WorkflowIssue($0).description }) }
        let (values, faults) = workflow.inputs(given: inputs)
        guard faults.isEmpty else { throw Self.fault(faults) }
        return prepare(
            workflow, inputs: values, text: options.only == nil ? document.text : workflow.canonical.text,
            source: document.path)
    }

    func prepare(
        _ workflow: Workflow, inputs: [String: JSONValue], text: String, source: String?
    ) -> PreparedRun {
        let plan = workflow.plan(options: planOptions)
        let spec = RunSpec(
            workflow, options: planOptions, inputs: inputs, directory: directory,
            searchPath: ProcessEnvironment.all()["PATH"], text: text, source: source)
        let slots = options.maxConcurrency ?? plan.maxConcurrency ?? min(Self.mostSlots, max(1, plan.widestGroup))
        return PreparedRun(spec: spec, slots: slots)
    }

    private static func fault(_ lines: [String]) -> WeirError {
        WeirError(.workflow, lines.joined(separator: "\n"))
    }
}
