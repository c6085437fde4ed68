import Glibc

/// Where a database's file is, and whether a database may be there. It looks at names only: whoever has a connection
/// must not open the file, since closing it would drop SQLite's locks.
struct DatabaseFile {
    /// Absolute and without symbolic links, so that all processes find the same files beside it.
    let path: String

    /// Makes the folder, and its parent, when `createIfMissing` and they are missing.
    init(_ given: String, createIfMissing: Bool) throws(DatabaseOpenError) {
        let (folder, name) = Self.split(given)
        guard !name.isEmpty else { throw .cannotCreate(path: given, SystemError(EISDIR)) }
        if createIfMissing { try Self.makeFolder(folder, for: given) }
        path = try Self.resolve(given, folder, name)
        try Self.check(Self.split(path).folder)
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == EACCES { throw .unreadable(path: path) }
            if !createIfMissing { throw .missing(path: path) }
            return
        }
        // A device or a folder would get files of ours beside it before SQLite refuses it.
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notADatabase(path: path) }
        guard access(path, R_OK) == 0 else { throw .unreadable(path: path) }
        guard access(path, W_OK) == 0, access(Self.split(path).folder, W_OK) == 0 else { throw .readOnly(path: path) }
    }

    /// Whether the file is there and has content.
    var hasContent: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Makes the empty file, readable for its owner alone; SQLite gives the files beside it the same permissions.
    /// It is new, so that this process cannot have locks on it to lose.
    func create() throws(DatabaseOpenError) {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file >= 0 {
            close(file)
        } else if errno != EEXIST {
            throw .cannotCreate(path: path, SystemError(errno))
        }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }

    private static func makeFolder(_ folder: String, for path: String) throws(DatabaseOpenError) {
        if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
        if errno == ENOENT {
            _ = mkdir(split(folder).folder, 0o700)
            if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
        }
        throw .cannotCreate(path: path, SystemError(errno))
    }

    private static func resolve(_ given: String, _ folder: String, _ name: String) throws(DatabaseOpenError) -> String {
        if let path = realPath(given) { return path }
        // The file is not there yet, but its folder should be.
        guard let folder = realPath(folder) else {
            throw errno == EACCES ? .unreadable(path: given) : .missing(path: given)
        }
        return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func check(_ folder: String) throws(DatabaseOpenError) {
        if let name = NetworkFileSystem.holding(folder) { throw .networkFileSystem(path: folder, name: name) }
        var status = stat()
        guard stat(folder, &status) == 0 else { return }
        let isOpen = status.st_mode & (S_IWGRP | S_IWOTH) != 0 && status.st_mode & S_ISVTX == 0
        if isOpen { throw .insecureFolder(path: folder) }
    }
}
