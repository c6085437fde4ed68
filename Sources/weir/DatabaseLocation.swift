import Glibc

/// Where the database is.
enum DatabaseLocation {
    static let folder = ".weir"
    static let file = "weir.db"

    /// `--db`, else `$WEIR_DB`, else the nearest `.weir/weir.db` up the tree, else the user's own.
    static func find(given: String?) -> String {
        if let given { return given }
        if let path = environment("WEIR_DB") { return path }
        return nearest() ?? userDefault()
    }

    private static func nearest() -> String? {
        guard var folder = currentFolder() else { return nil }
        while true {
            let candidate = (folder == "/" ? "" : folder) + "/\(Self.folder)/\(file)"
            if access(candidate, F_OK) == 0 { return candidate }
            guard folder != "/", let slash = folder.lastIndex(of: "/") else { return nil }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    private static func userDefault() -> String {
        let state = environment("XDG_STATE_HOME") ?? (environment("HOME") ?? "") + "/.local/state"
        return state + "/weir/\(file)"
    }

    /// Without symbolic links.
    static func currentFolder() -> String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// `nil` also for an empty variable.
    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
