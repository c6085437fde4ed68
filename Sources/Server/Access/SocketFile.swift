import Glibc

/// The kernel's table of TCP sockets as `/proc/net/tcp` and `/proc/net/tcp6` show it.
enum SocketFile {
    /// Addresses are in network order, 4 or 16 bytes.
    static func owner(of source: ([UInt8], Int), connectedTo peer: ([UInt8], Int)) -> UInt32? {
        let path = source.0.count == 4 ? "/proc/net/tcp" : "/proc/net/tcp6"
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0 {
            guard let line else { continue }
            if let uid = owner(in: String(cString: line), of: text(source), connectedTo: text(peer)) { return uid }
        }
        return nil
    }

    /// Reads a line such as `0: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000 1000 0 12345 …`.
    ///
    /// - Returns: `nil` for every other socket, and for one that its process has closed, whose owner the kernel calls 0.
    static func owner(in line: String, of source: String, connectedTo peer: String) -> UInt32? {
        let fields = line.split(whereSeparator: \.isWhitespace)
        guard fields.count > 9, fields[1] == source, fields[2] == peer, fields[9] != "0" else { return nil }
        return UInt32(fields[7])
    }

    /// The kernel prints words of four bytes as numbers of this machine.
    static func text(_ end: (address: [UInt8], port: Int)) -> String {
        let words = stride(from: 0, to: end.address.count, by: 4).map { start in
            hexadecimal(
                end.address[start..<start + 4].withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }, digits: 8)
        }
        return words.joined() + ":" + hexadecimal(end.port, digits: 4)
    }

    private static func hexadecimal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
