import Glibc

/// Writes output of jobs to standard output.
struct LogPrinter {
    /// Whether escape sequences are shown instead of obeyed. Otherwise the bytes are left as they are.
    let neutralises: Bool
    /// The beginning of a character whose rest is in the next piece, by stream.
    private var incomplete: [Int: [UInt8]] = [:]
    private var endsLine = true

    init(neutralises: Bool) { self.neutralises = neutralises }

    mutating func print(_ bytes: [UInt8], stream: Int) {
        guard neutralises else {
            bytes.withUnsafeBytes { Output.write($0, to: STDOUT_FILENO) }
            endsLine = bytes.last == 0x0A
            return
        }
        var whole = incomplete.removeValue(forKey: stream) ?? []
        whole += bytes
        let rest = Self.incompleteTail(of: whole)
        if rest > 0 { incomplete[stream] = Array(whole.suffix(rest)) }
        show(whole.dropLast(rest))
    }

    /// Bytes that the attempt wrote and that were not kept.
    mutating func gap(_ bytes: Int) {
        finish()
        let text = "[... \(bytes) bytes not kept ...]\n"
        if isatty(STDOUT_FILENO) == 1 {
            Output.write((endsLine ? "" : "\n") + text, to: STDOUT_FILENO)
            endsLine = true
        } else {
            StandardError.write(text)
        }
    }

    /// Nothing more comes: what was kept back is shown as it is.
    mutating func finish() {
        for (_, bytes) in incomplete.sorted(by: { $0.key < $1.key }) { show(bytes[...]) }
        incomplete = [:]
    }

    private mutating func show(_ bytes: ArraySlice<UInt8>) {
        guard let last = bytes.last else { return }
        let text = Terminal.visible(String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n"))
        Output.write(text, to: STDOUT_FILENO)
        endsLine = last == 0x0A
    }

    /// How many bytes at the end begin a UTF-8 sequence that they do not finish.
    static func incompleteTail(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0xC0 == 0x80 { continue }
            let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return needed > length ? length : 0
        }
        return 0
    }
}
