/// Bounds the lines with a `%` that may stand before a document: the parser compares each with all before it.
struct DirectiveCheck {
    static let maximumDirectives = 16

    private let bytes: UnsafeBufferPointer<UInt8>

    static func fault(in text: String) -> (message: String, line: Int, column: Int)? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        var text = text
        return text.withUTF8 { DirectiveCheck(bytes: $0).fault() }
    }

    /// Directives can stand at the beginning, and after `...`, which ends a document.
    private func fault() -> (message: String, line: Int, column: Int)? {
        var mayStand = true
        var count = 0
        var line = 1
        var start = 0
        while start < bytes.count {
            let end = endOfLine(from: start)
            let content = bytes[start..<end]
            if content.starts(with: "...".utf8), content.dropFirst(3).first.map({ $0 <= 0x20 }) ?? true {
                mayStand = true
                count = 0
            } else if mayStand, content.first == UInt8(ascii: "%") {
                count += 1
                if count > Self.maximumDirectives {
                    let message = "more than \(Self.maximumDirectives) directives; a workflow needs none"
                    return (message, line, 1)
                }
            } else if let first = content.first(where: { $0 > 0x20 }), first != UInt8(ascii: "#") {
                mayStand = false
            }
            line += 1
            start = end + lengthOfBreak(at: end)
        }
        return nil
    }

    private func endOfLine(from start: Int) -> Int {
        var offset = start
        while offset < bytes.count, lengthOfBreak(at: offset) == 0 { offset += 1 }
        return offset
    }

    /// What YAML 1.1 takes for the end of a line: also a carriage return alone, U+0085, U+2028 and U+2029.
    private func lengthOfBreak(at offset: Int) -> Int {
        func byte(_ distance: Int) -> UInt8? { offset + distance < bytes.count ? bytes[offset + distance] : nil }
        switch byte(0) {
        case nil, 0x0A: return 1
        case 0x0D: return byte(1) == 0x0A ? 2 : 1
        case 0xC2: return byte(1) == 0x85 ? 2 : 0
        case 0xE2: return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : 0
        default: return 0
        }
    }
}
