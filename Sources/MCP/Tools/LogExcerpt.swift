/// A part of what a job wrote, as text that does nothing to a terminal or a reader.
struct LogExcerpt {
    /// Bytes.
    let limit: Int
    private var bytes: [UInt8] = []
    /// The offset after the last byte that was looked at.
    private(set) var end = 0
    private(set) var isFull = false

    init(limit: Int) { self.limit = limit }

    /// - Parameters:
    ///   - start: the piece's offset.
    ///   - length: its length, also where its bytes are of the other stream and not there.
    ///   - first: what comes before this offset is left out.
    mutating func add(_ piece: [UInt8], at start: Int, length: Int, from first: Int) {
        if start > max(end, first), end > 0 { bytes += Array("\n… \(start - end) bytes were not kept …\n".utf8) }
        let skipped = min(max(0, first - start), length)
        let room = limit - bytes.count
        let rest = piece.dropFirst(min(skipped, piece.count))
        if rest.count > room {
            bytes += rest.prefix(max(0, room))
            end = start + skipped + max(0, room)
            isFull = true
        } else {
            bytes += rest
            end = start + length
            isFull = bytes.count >= limit
        }
    }

    var text: String { Self.harmless(String(decoding: bytes, as: UTF8.self)) }

    /// Without escape sequences, and with control and bidirectional characters made visible.
    static func harmless(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar.value {
            case 0x1B: skipEscape(&scalars)
            case 0x09, 0x0A: result.append(scalar)
            case 0x0D: continue
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// `ESC [ … letter`, `ESC ] … BEL` or `ESC ] … ESC \`, or `ESC` and one character.
    private static func skipEscape(_ scalars: inout String.UnicodeScalarView.Iterator) {
        guard let kind = scalars.next() else { return }
        switch kind {
        case "[":
            while let scalar = scalars.next() { if (0x40...0x7E).contains(scalar.value) { return } }
        case "]", "P", "X", "^", "_":
            while let scalar = scalars.next() {
                if scalar.value == 0x07 { return }
                if scalar.value == 0x1B {
                    _ = scalars.next()
                    return
                }
            }
        default: return
        }
    }
}
