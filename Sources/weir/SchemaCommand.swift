import ArgumentParser
import Glibc
import JSON
import Workflows

struct SchemaCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of workflows, for editors.",
        discussion: """
            It covers every dialect, and explains each key. What needs the whole file, such as cycles, is found by
            'weir validate'.

              weir schema > workflow.schema.json
              # then, as the first line of a workflow:
              # yaml-language-server: $schema=./workflow.schema.json
            """)

    @Argument(help: ArgumentHelp("all, steps, tasks or orchestrator.", valueName: "dialect"))
    var part: WorkflowSchema.Part = .all

    func execute() throws {
        Output.write(WorkflowSchema.document(part).indentedText + "\n", to: STDOUT_FILENO)
    }
}

extension WorkflowSchema.Part: ExpressibleByArgument {}
