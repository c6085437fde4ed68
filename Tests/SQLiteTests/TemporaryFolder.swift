import Glibc

/// A new folder, which is removed with all that is in it after `body`.
@discardableResult
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = try makeTemporaryFolder()
    defer { removeTree(folder) }
    return try body(folder)
}

@discardableResult
func withTemporaryFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    let folder = try makeTemporaryFolder()
    defer { removeTree(folder) }
    return try await body(folder)
}

private struct NoFolder: Error {}

private func makeTemporaryFolder() throws -> String {
    var name = Array("/tmp/weir-sqlite-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw NoFolder() }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func removeTree(_ path: String) {
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { removeTree("\(path)/\(name)") }
        }
        closedir(folder)
    }
    remove(path)
}

/// Asks until it is so, or until a time that is long for any machine; whether it was so. Blocks its thread.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<6_000 {
        if try condition() { return true }
        usleep(5_000)
    }
    return false
}

func writeFile(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o600) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    _ = write(file, bytes, bytes.count)
    close(file)
}

func mode(of path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
