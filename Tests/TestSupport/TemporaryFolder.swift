import Glibc

/// Calls `body` with the path of a new folder, and removes the folder with its files afterwards.
package func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try makeFolder()
    defer { removeFolder(folder) }
    return try body(folder)
}

/// The same for a body that waits.
package func withTemporaryFolder<Result>(awaiting body: (String) async throws -> Result) async throws -> Result {
    let folder = try makeFolder()
    defer { removeFolder(folder) }
    return try await body(folder)
}

private func makeFolder() throws -> String {
    // Not TMPDIR, which may be long: the path of a Unix socket has 107 bytes at the most.
    var template = Array("/tmp/weir-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("no temporary folder: error \(errno)") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func removeFolder(_ path: String) {
    guard let stream = opendir(path) else { return }
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard name != ".", name != ".." else { continue }
        if unlink("\(path)/\(name)") != 0 { removeFolder("\(path)/\(name)") }
    }
    closedir(stream)
    rmdir(path)
}
