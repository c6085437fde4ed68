import Glibc

extension TimeZone {
    /// Where Linux keeps its zones.
    package static let directory = "/usr/share/zoneinfo"
    private static let sizeLimit = 1 << 20

    /// The zone with this name of IANA's: `Europe/Berlin`. `UTC` needs no file.
    package static func named(_ name: String, in directory: String = directory) throws(ZoneError) -> TimeZone {
        if name == "UTC" || name == "Etc/UTC" { return TimeZone.utc }
        guard isName(name) else { throw .badName(name) }
        guard let bytes = read("\(directory)/\(name)") else {
            throw access(directory, R_OK) == 0 ? .unknown(name) : .noData(directory: directory)
        }
        return try ZoneReader.read(bytes, name: name)
    }

    /// Letters, digits, `_`, `-` and `+` between slashes: a name cannot lead out of the folder.
    private static func isName(_ name: String) -> Bool {
        guard (1...80).contains(name.utf8.count) else { return false }
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            !part.isEmpty
                && part.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "_-+".utf8.contains(byte)
                }
        }
    }

    /// A regular file's bytes; `nil` when there is none.
    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= sizeLimit else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            guard got > 0 else { return nil }
            count += got
        }
        return bytes
    }
}
