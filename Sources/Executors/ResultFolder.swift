import Glibc

/// A private folder in which each attempt of a runner may leave one file.
package struct ResultFolder: Sendable {
    package let path: String

    /// Makes the folder (0700) where there is none; the one above it must exist.
    package init(path: String) throws(ResultError) {
        self.path = path
        guard mkdir(path, 0o700) != 0 else { return }
        let error = errno
        guard error == EEXIST, Self.isOwnFolder(path) else { throw .folder(path, errno: error) }
    }

    /// Somebody else's folder, or a link to one, could hand us foreign results.
    private static func isOwnFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && chmod(path, 0o700) == 0
    }

    /// The file of one attempt, by a name that no other attempt has. It does not exist yet.
    package func file(named name: String) -> ResultFile {
        precondition(!name.isEmpty && !name.contains("/") && !name.hasPrefix("."), "a result file has a plain name")
        return ResultFile(path: path + "/" + name)
    }

    /// Removes the folder and the files in it.
    package func remove() {
        if let directory = opendir(path) {
            while let entry = readdir(directory) { unlinkat(dirfd(directory), name(entry), 0) }
            closedir(directory)
        }
        rmdir(path)
    }

    private func name(_ entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
