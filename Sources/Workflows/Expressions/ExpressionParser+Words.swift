/// Names, numbers, texts and marks.
extension ExpressionParser {
    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    mutating func expect(_ mark: String, after opening: String, at start: Int) throws(ExpressionError) {
        guard next == mark.utf8.first else {
            let end =
                opening.count == 1 ? "\(quoted(mark)) is missing for \(quoted(opening))" : "\(quoted(mark)) is missing"
            throw ExpressionError(end, offset: offset < bytes.count ? offset : start)
        }
        offset += 1
        skipSpace()
    }

    func infix() -> (Expression.Operator, Int)? {
        for candidate in Expression.Operator.allCases where bytes[offset...].starts(with: candidate.rawValue.utf8) {
            let length = candidate.rawValue.utf8.count
            guard candidate == .contains else { return (candidate, length) }
            let after = offset + length
            if after < bytes.count, !isNameByte(bytes[after]) { return (candidate, length) }
        }
        return nil
    }

    /// Hyphens belong to names; a minus stands between spaces.
    mutating func name() -> String {
        let start = offset
        while let byte = next, isNameByte(byte) || (byte == UInt8(ascii: "-") && continuesName()) { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    func continuesName() -> Bool {
        offset + 1 < bytes.count && (isNameByte(bytes[offset + 1]) || bytes[offset + 1] == UInt8(ascii: "-"))
    }

    mutating func number() throws(ExpressionError) -> LiteralValue {
        let start = offset
        while let byte = next, isDigit(byte) { offset += 1 }
        var isWhole = true
        if next == UInt8(ascii: "."), offset + 1 < bytes.count, isDigit(bytes[offset + 1]) {
            isWhole = false
            offset += 1
            while let byte = next, isDigit(byte) { offset += 1 }
        }
        if let byte = next, isNameByte(byte) {
            throw ExpressionError("\(quoted(word(at: start))) is neither a number nor a name", offset: start)
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        skipSpace()
        if isWhole, let number = Int(text) { return .integer(number) }
        guard !isWhole, let number = Double(text) else {
            throw ExpressionError("the number \(text) is too large", offset: start)
        }
        return .decimal(number)
    }

    /// `'it''s'`, or `"…"` with `\"`, `\\`, `\n` and `\t`.
    mutating func string() throws(ExpressionError) -> String {
        let start = offset
        let quote = bytes[offset]
        offset += 1
        var content: [UInt8] = []
        while let byte = next {
            offset += 1
            if byte == quote {
                if quote == UInt8(ascii: "'"), next == quote {
                    content.append(quote)
                    offset += 1
                    continue
                }
                skipSpace()
                return String(decoding: content, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                guard let escaped = next else { break }
                offset += 1
                switch escaped {
                case UInt8(ascii: "n"): content.append(0x0A)
                case UInt8(ascii: "t"): content.append(0x09)
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): content.append(escaped)
                default: throw ExpressionError("there is no such escape", offset: offset - 2)
                }
                continue
            }
            content.append(byte)
        }
        throw ExpressionError("the text that begins here has no end", offset: start)
    }

    func word(at start: Int) -> String {
        let rest = bytes[min(start, bytes.count)...]
        let word = rest.prefix { isNameByte($0) }
        if !word.isEmpty { return String(decoding: word.prefix(40), as: UTF8.self) }
        return String(decoding: rest, as: UTF8.self).unicodeScalars.first.map { String($0) } ?? "the end"
    }

    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    func isNameStart(_ byte: UInt8) -> Bool { isNameByte(byte) && !isDigit(byte) }

    func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
