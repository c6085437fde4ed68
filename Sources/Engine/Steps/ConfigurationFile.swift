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
        return try read(path)
    }

    /// - Throws: an error that tells every fault of the file.
    package static func read(_ path: String) throws -> Configuration {
        let parsed = ConfigurationParser.parse(try TextFile.bytes(path, limit: 16 << 20))
        guard let configuration = parsed.configuration else {
            let faults = parsed.diagnostics.filter { $0.severity == .error }.map { $0.render(file: path) }
            throw StepFailure(faults.joined(separator: "\n"))
        }
        return configuration
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
