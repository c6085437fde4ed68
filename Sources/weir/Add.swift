import ArgumentParser
import Engine
import Jobs
import Workflows

struct Add: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add steps to a run that goes on.",
        discussion: """
            The file is a workflow, or a list of steps; inside a job they join its run, as parts of the same step. They
            may depend on one another and on what the run has already. The ids of the new jobs are printed.

              weir add more.yaml
              echo '[{"id": "extra", "config": {"command": "make"}}]' | weir add -
              weir add --run 7 more.yaml
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: ArgumentHelp("Another run than that of this job.", valueName: "run")) var run: RunID?
    @Argument(help: ArgumentHelp("The steps; - is standard input.", valueName: "file")) var file: String

    func execute() throws {
        let context = JobContext.current
        guard let target = run ?? context?.run else {
            throw Failure("name a run with --run; only inside a job of a run is it known", code: Failure.usage)
        }
        var steps = try read()
        let store = try options.openStore(kind: "add", create: false)
        let configuration = try WorkflowFile.configuration(given: nil, database: store.path)
        if let fault = configuration.resolve(&steps).first(where: { $0.severity == .error }) {
            throw Failure(fault.render(file: file))
        }
        let isInside = run == nil && (context?.belongs(to: store) ?? false)
        let specs = try JoiningSteps.specs(steps, run: target, beside: isInside ? context?.job : nil, store: store)
        let jobs = try store.write { try $0.addJobs(specs, to: target, beside: isInside ? context?.job : nil) }
        Output.write(jobs.map { "\($0)\n" }.joined(), to: 1)
        store.close()
    }

    private func read() throws -> [Step] {
        let bytes = try InputFile.bytes(file)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure("\(file): this is not UTF-8 text", code: Failure.data)
        }
        let (steps, diagnostics) = StepParser.parse(document: text)
        for diagnostic in diagnostics { StandardError.print(diagnostic.render(file: file == "-" ? "<stdin>" : file)) }
        guard let steps else { throw Failure("\(file): nothing was added", code: Failure.data) }
        return steps
    }
}
