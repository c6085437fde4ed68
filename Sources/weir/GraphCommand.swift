import ArgumentParser
import Engine
import Glibc
import Graphs
import Jobs
import Workflows

struct GraphCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw a workflow or a run.",
        discussion: """
            Of a run: with states, durations and the critical path. Groups are columns, from left to right.

              weir graph site.yaml                           Mermaid, for Markdown
              weir graph site.yaml --format dot | dot -Tpdf > site.pdf
              weir graph run:7 --format svg > run.svg    a picture for browsers
            """)

    enum Language: String, CaseIterable, ExpressibleByArgument { case mermaid, dot, svg }

    @OptionGroup var options: StoreOptions
    @Option(help: "What to write.") var format: Language?
    @Flag(help: "Short for --format svg.") var svg = false
    @Argument(help: ArgumentHelp("A workflow; run:7 or r7 is a run, - is standard input.", valueName: "file or run"))
    var subject: String

    func check() throws {
        if svg, let format, format != .svg { throw ValidationError("give either --svg or --format \(format)") }
    }

    func execute() throws {
        let graph = try graph()
        switch svg ? .svg : format ?? .mermaid {
        case .svg: Output.write(SVGDrawing(graph).text, to: STDOUT_FILENO)
        case .dot: Output.write(Terminal.safe(DOTText.text(of: graph), for: STDOUT_FILENO), to: STDOUT_FILENO)
        case .mermaid:
            Output.write(Terminal.safe(MermaidText.text(of: graph), for: STDOUT_FILENO), to: STDOUT_FILENO)
            if graph.edges.count > MermaidText.usualEdgeLimit {
                StandardError.print(
                    "weir: \(graph.edges.count) edges; Mermaid draws \(MermaidText.usualEdgeLimit) unless its 'maxEdges' "
                        + "is raised, --format svg has no such limit")
            }
        }
    }

    private func graph() throws -> Graph {
        // A file that is called like a run is the file.
        if subject != "-", access(subject, F_OK) != 0, let run = Self.run(subject) {
            let store = try options.openStore(kind: "graph", create: false)
            defer { store.close() }
            return Graph(try RunGraph(of: run, in: store))
        }
        return Graph(try WorkflowFile(subject).workflow.plan())
    }

    private static func run(_ text: String) -> RunID? {
        guard text.hasPrefix("r") else { return nil }
        return RunID(argument: text)
    }
}
