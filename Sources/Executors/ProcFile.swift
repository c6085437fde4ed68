import Glibc

/// Reads files of /proc, whole and without Foundation.
enum ProcFile {
    /// Hands the first bytes of a file to `body`; nil when it cannot be read.
    static func read<T>(_ path: String, atMost limit: Int, _ body: (UnsafeRawBufferPointer) -> T) -> T? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: limit, alignment: 16) { buffer in
            var count = 0
            while count < limit {
                let result = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, limit - count)
                if result < 0, errno == EINTR { continue }
                if result < 0 { return nil }
                if result == 0 { break }
                count += result
            }
            return body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The names in a folder that are numbers.
    static func numbers(in folder: String) -> [Int32] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var numbers: [Int32] = []
        while let entry = readdir(directory) {
            if let number = number(entry) { numbers.append(number) }
        }
        return numbers
    }

    private static func number(_ entry: UnsafeMutablePointer<dirent>) -> Int32? {
        withUnsafeBytes(of: &entry.pointee.d_name) { name in
            var number: Int32 = 0
            var length = 0
            for byte in name {
                if byte == 0 { break }
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), length < 9 else { return nil }
                number = number * 10 + Int32(byte - UInt8(ascii: "0"))
                length += 1
            }
            return length > 0 ? number : nil
        }
    }

    /// The numbers in a text of numbers and spaces.
    static func numbers(_ bytes: UnsafeRawBufferPointer) -> [Int32] {
        var numbers: [Int32] = []
        var number: Int32?
        for byte in bytes {
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                number = (number ?? 0) &* 10 &+ Int32(byte - UInt8(ascii: "0"))
            } else if let complete = number {
                numbers.append(complete)
                number = nil
            }
        }
        if let number { numbers.append(number) }
        return numbers
    }
}
