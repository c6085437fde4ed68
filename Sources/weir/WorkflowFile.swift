import Workflows

/// A workflow's document on disk.
struct WorkflowFile {
    let path: String
    let text: String
    let workflow: Workflow

    private static let limit = 16 << 20

    /// Reads and checks the document; its faults and warnings go to standard error, all of them.
    init(_ path: String, quiet: Bool = false) throws {
        let bytes = try InputFile.bytes(path)
        guard bytes.count <= Self.limit else {
            throw Failure("\(path): a workflow has 16 MiB at most; this is \(bytes.count) bytes", code: Failure.data)
        }
        let parsed = WorkflowParser.parse(bytes, defaultName: Self.name(of: path))
        for diagnostic in parsed.diagnostics where !quiet || diagnostic.severity == .error {
            StandardError.print(diagnostic.render(file: path))
        }
        guard let workflow = parsed.workflow else {
            let count = parsed.diagnostics.count { $0.severity == .error }
            throw Failure("\(path): \(count == 1 ? "1 error" : "\(count) errors"); nothing was run", code: Failure.data)
        }
        self.path = path
        self.workflow = workflow
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The file's name without its ending.
    private static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
        return String(file[..<dot])
    }
}
