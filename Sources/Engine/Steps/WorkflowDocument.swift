import CLinux
import Glibc
package import JSON
package import Jobs
package import Workflows

/// A workflow's text and where it was found, for starting runs of it.
package struct WorkflowDocument: Sendable {
    /// `nil`: it has no file.
    package let path: String?
    package let text: String

    package init(path: String?, text: String) {
        self.path = path
        self.text = text
    }

    /// Reads a path, or a name under `.conductor/workflows/`.
    package static func read(_ name: String, in directory: String, folders: [String] = []) throws -> WorkflowDocument {
        let path = try find(name, in: directory, folders: folders)
        let bytes = try TextFile.bytes(path, limit: 16 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw StepFailure("\(path): this is not UTF-8 text")
        }
        return WorkflowDocument(path: path, text: text)
    }

    package static let usualFolder = ".conductor/workflows"

    /// - Throws: an error that lists where it was looked for.
    package static func find(_ name: String, in directory: String, folders: [String] = []) throws -> String {
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(directory)/\(path)" }
        if isFile(absolute(name)) { return absolute(name) }
        guard !name.contains("/") else { throw StepFailure("\(name): there is no such file") }
        let searched = folders + [usualFolder]
        // A name with hyphens may have a file with underscores, and the other way round.
        for folder in searched {
            for spelling in [name, name.replacing("-", with: "_"), name.replacing("_", with: "-")] {
                for ending in ["", ".yaml", ".yml", ".json"] {
                    let path = absolute("\(folder)/\(spelling)\(ending)")
                    if isFile(path) { return path }
                }
            }
        }
        throw StepFailure(
            "\(name): there is no such file, and no workflow of that name in \(searched.joined(separator: ", "))")
    }

    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }

    /// The file's name without its ending.
    package static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
        return String(file[..<dot])
    }

    package func parse() -> ParsedWorkflow {
        WorkflowParser.parse(text, defaultName: path.map(Self.name) ?? "workflow")
    }

    /// What starts a run of it.
    ///
    /// - Parameters:
    ///   - directory: where relative commands resolve from.
    ///   - database: beside which the configuration may be.
    /// - Throws: an error that tells every fault of the document, of the inputs and of the configuration.
    package func runSpec(
        inputs: [String: JSONValue], options: PlanOptions, directory: String, searchPath: String?, database: String
    ) throws -> RunSpec {
        let parsed = parse()
        guard let workflow = parsed.workflow else {
            let faults = parsed.diagnostics.filter { $0.severity == .error }.map {
                $0.render(file: path ?? "definition")
            }
            throw StepFailure(faults.prefix(10).joined(separator: "; "))
        }
        return try runSpec(
            of: workflow, inputs: inputs, options: options, directory: directory, searchPath: searchPath,
            database: database)
    }

    /// The same for a workflow that is this document's, or was made of it: `text` must say the same.
    package func runSpec(
        of workflow: Workflow, inputs: [String: JSONValue], options: PlanOptions, directory: String,
        searchPath: String?, database: String
    ) throws -> RunSpec {
        var workflow = workflow
        let configuration = try ConfigurationFile.read(given: nil, directory: directory, database: database)
        let missing = configuration.resolve(&workflow)
        if let fault = missing.first(where: { $0.severity == .error }) {
            throw StepFailure(fault.render(file: path ?? "definition"))
        }
        let (values, faults) = workflow.inputs(given: inputs)
        guard faults.isEmpty else { throw StepFailure("\(path ?? workflow.name): \(faults.joined(separator: "; "))") }
        return RunSpec(
            workflow, options: options, inputs: values, directory: directory, searchPath: searchPath, text: text,
            source: path)
    }
}

extension StepFailure: CustomStringConvertible {
    package var description: String { message }
}
