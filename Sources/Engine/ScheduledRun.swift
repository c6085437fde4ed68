import Glibc
import JSON
import Jobs
import Workflows

/// The run that a schedule's workflow becomes: the document as it is now.
enum ScheduledRun {
    /// As for `weir run`.
    private static let limit = 16 << 20

    /// - Throws: `JobStoreError.invalid` with what is wrong and where.
    static func prepare(_ scheduled: Schedule.ScheduledWorkflow) throws -> RunSpec {
        let path = scheduled.file
        let bytes = try read(path)
        let parsed = WorkflowParser.parse(bytes, defaultName: name(of: path))
        guard let workflow = parsed.workflow else {
            let errors = parsed.diagnostics.filter { $0.severity == .error }
            let others = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
            throw JobStoreError.invalid((errors.first?.render(file: path) ?? "\(path): no workflow") + others)
        }
        let inputs = workflow.inputs(given: try given(scheduled.inputs))
        if let fault = inputs.faults.first { throw JobStoreError.invalid("\(path): \(fault)") }
        var spec = RunSpec(workflow.plan(), directory: scheduled.directory, searchPath: scheduled.searchPath)
        spec.source = path
        spec.definition = String(decoding: bytes, as: UTF8.self)
        if !inputs.values.isEmpty { spec.inputs = JSONValue.object(inputs.values).text }
        spec.timeout = workflow.timeout.map { Int($0 / .milliseconds(1)) }
        return spec
    }

    private static func given(_ inputs: String?) throws -> [String: JSONValue] {
        guard let inputs else { return [:] }
        return try JSONValue(parsing: inputs).object ?? [:]
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw JobStoreError.invalid("\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw JobStoreError.invalid("\(path): this is no file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count >= 0 else { throw JobStoreError.invalid("\(path): \(String(cString: strerror(errno)))") }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw JobStoreError.invalid("\(path): a workflow has 16 MiB at most") }
        }
    }

    /// The file's name without its ending.
    private static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
        return String(file[..<dot])
    }
}
