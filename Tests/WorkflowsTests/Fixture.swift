import Glibc

/// A file of `Fixtures`, or of the repository.
enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        try read(String(#filePath.dropLast("Fixture.swift".count)) + "Fixtures/" + name)
    }

    /// A file of the repository, by its path from the root.
    static func repository(_ path: String) throws -> [UInt8] {
        try read(String(#filePath.dropLast("Tests/WorkflowsTests/Fixture.swift".count)) + path)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    struct Unreadable: Error {
        let path: String
    }
}
