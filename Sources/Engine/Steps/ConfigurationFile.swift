import Executors
import Glibc
package import Workflows

/// `weir.yaml`: which agents there are.
package enum ConfigurationFile {
    package static let name = "weir.yaml"

    /// The one that is given, else the file in the run's directory, else beside the database, or beside the folder
    /// `.weir` that it is in.
    ///
    /// - Returns: an empty configuration when no file was found.
    /// - Throws: an error that tells every fault of the file.
    package static func read(given: String?, directory: String, database: String) throws -> Configuration {
        guard let path = given ?? find(directory: directory, database: database) else { return Configuration() }
        return try read(path, acceptsPipe: given != nil)
    }

    /// - Parameter acceptsPipe: as a shell's `<(…)` makes it. Waits for who writes into it.
    /// - Throws: an error that tells every fault of the file.
    package static func read(_ path: String, acceptsPipe: Bool = false) throws -> Configuration {
        let parsed = ConfigurationParser.parse(
            try TextFile.bytes(path, limit: 16 << 20, acceptsPipe: acceptsPipe))
        guard var configuration = parsed.configuration else {
            let faults = parsed.diagnostics.filter { $0.severity == .error }.map { $0.render(file: path) }
            throw StepFailure(faults.joined(separator: "\n"))
        }
        // Whoever starts them, workers start where the file is.
        let folder = self.folder(of: path)
        for (type, worker) in configuration.workers {
            configuration.workers[type]?.directory = WorkerDefinition.directory(worker.directory, in: folder)
        }
        return configuration
    }

    /// From the root.
    private static func folder(of path: String) -> String {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let resolved = realpath(folder, nil) else { return folder }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Where it lies, if anywhere.
    package static func find(directory: String, database: String) -> String? {
        var folders = [directory]
        if let slash = database.lastIndex(of: "/") {
            let folder = String(database[..<slash])
            folders.append(folder.isEmpty ? "/" : folder)
            if folder.hasSuffix("/.weir") { folders.append(String(folder.dropLast("/.weir".count))) }
        }
        return folders.lazy.map { "\($0)/\(name)" }.first { access($0, F_OK) == 0 }
    }
}
