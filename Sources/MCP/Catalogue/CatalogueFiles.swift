import CLinux
import Engine
import Glibc
import Workflows

/// Reads the workflow files of folders, as far as the bounds go. One that cannot be read is there with its fault.
struct CatalogueFiles {
    /// Absolute: what relative folders are relative to.
    let directory: String
    private(set) var entries: [WorkflowCatalogue.Entry] = []
    private var seen: Set<String> = []
    private var bytes = 0

    /// Files that are looked at.
    private static let mostFiles = 1_000
    /// Of all files together.
    private static let mostBytes = 64 << 20
    private static let endings = [".yaml", ".yml", ".json"]

    init(directory: String) { self.directory = directory }

    /// Adds the files of a folder in the order of their names; none where there is no such folder.
    mutating func add(_ folder: String) {
        let path = folder.hasPrefix("/") ? folder : "\(directory)/\(folder)"
        for file in Self.names(in: path)
        where entries.count < Self.mostFiles && seen.insert("\(path)/\(file)").inserted {
            entries.append(entry(of: file, in: path, shown: "\(folder)/\(file)"))
        }
    }

    private mutating func entry(of file: String, in folder: String, shown: String) -> WorkflowCatalogue.Entry {
        let path = "\(folder)/\(file)"
        guard bytes < Self.mostBytes else {
            return Self.fault(
                "not read: the files before it have \(bytes) bytes together; \(Self.mostBytes) are the most", path,
                shown)
        }
        do {
            let document = try WorkflowDocument.read(path, in: directory)
            bytes += document.text.utf8.count
            let entry = WorkflowCatalogue.Entry(document, place: shown)
            guard entry.workflow == nil, !Self.isWithin(folder, path) else { return entry }
            // Whoever can make a link here may not be one who can read what it leads to.
            return Self.fault(
                "this leads to a file outside of the folder that is no sound workflow; see 'weir validate'", path, shown
            )
        } catch {
            return Self.fault("\(error)".replacing("\(path): ", with: ""), path, shown)
        }
    }

    private static func fault(_ text: String, _ path: String, _ shown: String) -> WorkflowCatalogue.Entry {
        WorkflowCatalogue.Entry(
            document: WorkflowDocument(path: path, text: ""), workflow: nil,
            diagnostics: [Diagnostic(severity: .error, line: 1, column: 1, message: text)],
            name: WorkflowDocument.name(of: path), place: shown)
    }

    /// Whether a file is below the folder once symbolic links are followed.
    private static func isWithin(_ folder: String, _ path: String) -> Bool {
        guard let folder = resolved(folder), let path = resolved(path) else { return false }
        return path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    private static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix("."), endings.contains(where: { name.hasSuffix($0) }) { names.append(name) }
        }
        return names.sorted()
    }
}
