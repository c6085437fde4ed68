/// Finds the expressions in a text, in one pass over its bytes.
struct TemplateScanner {
    private let bytes: [UInt8]
    /// Where the text begins in the file.
    private let place: Place?
    private var parts: [Template.Part] = []
    private var plain: [UInt8] = []
    private var offset = 0
    /// The byte up to which characters are counted, and their number.
    private var counted = (offset: 0, characters: 0)
    private let hasLines: Bool

    init(_ text: String, at place: Place?) {
        bytes = Array(text.utf8)
        self.place = place
        hasLines = bytes.contains(0x0A)
    }

    mutating func read() throws(ExpressionError) -> [Template.Part] {
        while offset < bytes.count {
            guard isOpening(at: offset) else {
                plain.append(bytes[offset])
                offset += 1
                continue
            }
            if plain.last == UInt8(ascii: "$") {
                plain += "{{".utf8
                offset += 3
                continue
            }
            endPlain()
            try expression()
        }
        endPlain()
        return parts
    }

    /// Whether an expression begins in the text, be it one that can be read or not.
    static func hasExpression(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return false }
        let scanner = TemplateScanner(text, at: nil)
        return scanner.bytes.indices.contains { index in
            scanner.isOpening(at: index) && (index == 0 || scanner.bytes[index - 1] != UInt8(ascii: "$"))
        }
    }

    private func isOpening(at index: Int) -> Bool {
        bytes[index] == UInt8(ascii: "$") && bytes[index...].starts(with: "${{".utf8)
    }

    private mutating func endPlain() {
        if !plain.isEmpty { parts.append(.text(String(decoding: plain, as: UTF8.self))) }
        plain = []
    }

    private mutating func expression() throws(ExpressionError) {
        let opening = offset
        guard let end = closing(from: opening + 3) else {
            throw ExpressionError("'${{' has no '}}'", offset: 0)
                .located(in: String(decoding: bytes[opening...], as: UTF8.self), at: place(at: opening))
        }
        var inner = bytes[opening + 3..<end]
        while let first = inner.first, Self.isSpace(first) { inner.removeFirst() }
        while let last = inner.last, Self.isSpace(last) { inner.removeLast() }
        let source = String(decoding: inner, as: UTF8.self)
        parts.append(.expression(try Expression.parse(source, at: place(at: inner.startIndex))))
        offset = end + 2
    }

    /// The `}}` that ends an expression: not one within a text of it.
    private func closing(from start: Int) -> Int? {
        var quote: UInt8?
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if open == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") { index += 1 }
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "}"), index + 1 < bytes.count, bytes[index + 1] == byte {
                return index
            }
            index += 1
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// Exact in a text of one line; else where the text begins, since how its lines are indented is not known.
    private mutating func place(at index: Int) -> Place? {
        guard let place, !hasLines else { return place }
        counted.characters += bytes[counted.offset..<index].count { $0 & 0xC0 != 0x80 }
        counted.offset = index
        return Place(line: place.line, column: place.column + counted.characters)
    }
}
