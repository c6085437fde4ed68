/// Cuts what comes into lines. A line that is too long is left out, and said to be; what follows is read on.
struct LineReader {
    enum Line: Equatable {
        case text([UInt8])
        case tooLong
    }

    /// Bytes of a line.
    let limit: Int
    private var rest: [UInt8] = []
    private var skips = false

    init(limit: Int) { self.limit = limit }

    mutating func add(_ bytes: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            if byte == 0x0A {
                if let line = end() { lines.append(line) }
            } else if !skips {
                if rest.count < limit {
                    rest.append(byte)
                } else {
                    skips = true
                    rest = []
                }
            }
        }
        return lines
    }

    /// What came without an end of its line, when nothing more comes. `nil`: nothing but space.
    mutating func end() -> Line? {
        defer {
            rest = []
            skips = false
        }
        if skips { return .tooLong }
        return rest.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } ? nil : .text(rest)
    }
}
