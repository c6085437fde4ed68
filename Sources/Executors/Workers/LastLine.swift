/// The end of what a process wrote to standard error, for the message that says why it ended.
struct LastLine {
    /// Bytes that are kept, and characters of a line that are shown.
    private static let kept = 4_096
    private static let shown = 300

    private var bytes: [UInt8] = []

    mutating func add(_ new: UnsafeRawBufferPointer) {
        bytes += new.suffix(Self.kept)
        if bytes.count > Self.kept { bytes.removeFirst(bytes.count - Self.kept) }
    }

    /// The last line that names an error and is not indented, else the last one with anything in it.
    var text: String? {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).filter { line in
            line.contains { !$0.isWhitespace }
        }
        let named = lines.last { !($0.first?.isWhitespace ?? true) && ($0.contains("rror:") || $0.contains("rror [")) }
        guard let line = named ?? lines.last else { return nil }
        let safe = line.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : String($0) }.joined()
        return safe.count > Self.shown ? safe.prefix(Self.shown) + "…" : safe
    }
}
