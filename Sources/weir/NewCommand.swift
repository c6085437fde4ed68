import ArgumentParser
import Glibc
import SQLite
import Templates

struct NewCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a workflow to begin with.",
        discussion: """
            An existing file is never overwritten. The file is TEMPLATE.yaml unless named; '-' is standard output.

              weir new parallel
              weir new orchestration flows/release.yaml
              weir new --list
            """)

    @Flag(help: "List the templates.") var list = false
    @Option(help: "How to print the list.") var format: OutputFormat = .table
    @Argument(help: ArgumentHelp("single, chain, parallel or orchestration.", valueName: "template"))
    var template: String?
    @Argument(help: ArgumentHelp("Where to write it.", valueName: "file")) var file: String?

    func check() throws {
        guard list != (template != nil) else { throw ValidationError("name a template, or list them with --list") }
    }

    func execute() throws {
        guard let template else {
            format.print(
                Table(
                    columns: ["template", "description"],
                    rows: WorkflowTemplate.all.map { [.text($0.name), .text($0.summary)] }))
            return
        }
        guard let found = WorkflowTemplate.all.first(where: { $0.name == template }) else {
            let near = NearMiss.find(template, among: WorkflowTemplate.all.map(\.name))
            let hint = near.map { "did you mean '\($0)'?" } ?? "see 'weir new --list'"
            throw Failure("there is no template '\(template)'; \(hint)", code: Failure.usage)
        }
        let path = file ?? "\(found.name).yaml"
        guard path != "-" else { return Output.write(found.text, to: STDOUT_FILENO) }
        try Self.write(found.text, to: path)
        Output.print(path)
        StandardError.print("weir: try 'weir run \(path)'")
    }

    /// Makes the file; one that is there stays as it is.
    private static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "is there already; name another file" : String(cString: strerror(errno))
            throw Failure("\(path): \(reason)", code: Failure.cannotCreate)
        }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                close(descriptor)
                unlink(path)
                throw Failure("\(path): \(reason)", code: Failure.inputOutput)
            }
            bytes = bytes.dropFirst(count)
        }
        guard close(descriptor) == 0 else {
            throw Failure("\(path): \(String(cString: strerror(errno)))", code: Failure.inputOutput)
        }
    }
}
