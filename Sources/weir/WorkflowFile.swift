import Engine
import Workflows

/// A workflow's document on disk, checked; its faults and warnings go to standard error, all of them.
struct WorkflowFile {
    let path: String
    let text: String
    var workflow: Workflow

    private static let limit = 16 << 20

    /// - Parameter name: a path, `-` for standard input, or the name of a workflow in `folders` or in the usual one.
    init(_ name: String, folders: [String] = [], quiet: Bool = false) throws {
        let path = name == "-" ? name : try Self.find(name, folders: folders)
        let (parsed, bytes) = try Self.parse(path)
        for diagnostic in parsed.diagnostics where !quiet || diagnostic.severity == .error {
            StandardError.print(diagnostic.render(file: Self.shown(path)))
        }
        guard let workflow = parsed.workflow else {
            let count = parsed.diagnostics.count { $0.severity == .error }
            let errors = count == 1 ? "1 error" : "\(count) errors"
            throw Failure("\(Self.shown(path)): \(errors); nothing was run", code: Failure.data)
        }
        self.path = path
        self.workflow = workflow
        text = String(decoding: bytes, as: UTF8.self)
        try SubworkflowCheck(folders: folders).check(workflow, path: path)
    }

    /// Reads the document and tells nobody what is wrong with it.
    static func parse(_ path: String) throws -> (ParsedWorkflow, [UInt8]) {
        let bytes = try InputFile.bytes(path)
        guard bytes.count <= limit else {
            throw Failure(
                "\(shown(path)): a workflow has 16 MiB at most; this is \(bytes.count) bytes", code: Failure.data)
        }
        return (
            WorkflowParser.parse(bytes, defaultName: path == "-" ? "stdin" : WorkflowDocument.name(of: path)), bytes
        )
    }

    /// How messages call the file.
    static func shown(_ path: String) -> String { path == "-" ? "<stdin>" : path }

    /// The path as it was given where it is one, so that messages name what the user wrote.
    private static func find(_ name: String, folders: [String]) throws -> String {
        let directory = try Directory.absolute(nil)
        let path: String
        do {
            path = try WorkflowDocument.find(name, in: directory, folders: folders)
        } catch {
            throw Failure("\(error)", code: Failure.noInput)
        }
        return path == "\(directory)/\(name)"
            ? name : path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.count + 1)) : path
    }

    /// Gives the calls of agents what the configuration says of them.
    ///
    /// - Returns: whether all agents are configured; an error was printed for each that is not.
    mutating func resolve(_ configuration: Configuration, asWarnings: Bool = false) -> Bool {
        let missing = configuration.resolve(&workflow)
        for diagnostic in missing {
            let shown = Diagnostic(
                severity: asWarnings ? .warning : diagnostic.severity, line: diagnostic.line, column: diagnostic.column,
                message: diagnostic.message)
            StandardError.print(shown.render(file: path))
        }
        return !missing.contains { $0.severity == .error }
    }

    static func configuration(given: String?, database: String) throws -> Configuration {
        do {
            return try ConfigurationFile.read(
                given: given, directory: try Directory.absolute(nil), database: database)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("\(error)", code: Failure.data)
        }
    }
}

/// Follows the workflows that a workflow calls by name, as far as the names are known.
struct SubworkflowCheck {
    let folders: [String]

    /// Files that one check reads.
    private static let mostFiles = 100

    /// - Throws: a `Failure` that shows the circle, when a workflow calls itself in the end.
    func check(_ workflow: Workflow, path: String) throws {
        var seen = 0
        try follow(workflow, path: path, trail: [path], &seen)
    }

    private func follow(_ workflow: Workflow, path: String, trail: [String], _ seen: inout Int) throws {
        let directory = try Directory.absolute(nil)
        for (name, step) in calls(in: workflow.steps) {
            // A file that is not there yet may be there when the step is reached.
            guard let found = try? WorkflowDocument.find(name, in: directory, folders: folders) else { continue }
            let shown = found.hasPrefix(directory + "/") ? String(found.dropFirst(directory.count + 1)) : found
            if trail.contains(shown) || trail.contains(found) {
                let circle = (trail + [shown]).joined(separator: " → ")
                throw Failure(
                    "\(path):\(step.place.line):\(step.place.column): error: step '\(step.id)' calls '\(name)', which "
                        + "calls itself in the end: \(circle)", code: Failure.data)
            }
            seen += 1
            guard seen <= Self.mostFiles, trail.count < 16 else { return }
            guard let text = try? WorkflowDocument.read(name, in: directory, folders: folders).parse().workflow else {
                continue
            }
            try follow(text, path: shown, trail: trail + [shown], &seen)
        }
    }

    private func calls(in steps: [Step]) -> [(String, Step)] {
        steps.flatMap { step -> [(String, Step)] in
            if case .workflow(let call) = step.action, case .file(let path) = call.reference, let name = path.plainText
            {
                return [(name, step)]
            }
            return calls(in: step.action.nested)
        }
    }
}
