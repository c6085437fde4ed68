import Workflows

/// A workflow's document on disk.
struct WorkflowFile {
    let path: String
    let text: String
    let workflow: Workflow

    private static let limit = 16 << 20

    /// Reads and checks the document; its faults and warnings go to standard error, all of them.
    init(_ path: String, quiet: Bool = false) throws {
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
    }

    /// Reads the document and tells nobody what is wrong with it.
    static func parse(_ path: String) throws -> (ParsedWorkflow, [UInt8]) {
        let bytes = try InputFile.bytes(path)
        guard bytes.count <= limit else {
            throw Failure(
                "\(shown(path)): a workflow has 16 MiB at most; this is \(bytes.count) bytes", code: Failure.data)
        }
        return (WorkflowParser.parse(bytes, defaultName: name(of: path == "-" ? "stdin" : path)), bytes)
    }

    /// How messages call the file.
    static func shown(_ path: String) -> String { path == "-" ? "<stdin>" : path }

    /// The file's name without its ending.
    private static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
        return String(file[..<dot])
    }
}
