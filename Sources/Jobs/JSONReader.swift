/// Reads JSON that SQLite has found to be valid, with exactly the shape that its column has.
struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Elements between two brackets, with commas between them.
    mutating func list(
        from open: Unicode.Scalar, to close: Unicode.Scalar,
        element: (inout JSONReader) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try expect(open)
        if take(close) { return }
        repeat { try element(&self) } while take(",")
        try expect(close)
    }

    mutating func expect(_ character: Unicode.Scalar) throws(JSONFault) {
        guard take(character) else { throw JSONFault() }
    }

    mutating func expectEnd() throws(JSONFault) {
        skipSpace()
        guard position == bytes.count else { throw JSONFault() }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    // MARK: Values

    /// A whole number from 0; a greater one than any limit has counts as 2³¹ - 1.
    mutating func amount() throws(JSONFault) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position], (0x30...0x39).contains(digit) {
            value = min(value * 10 + Int(digit - 0x30), Int(Int32.max))
            position += 1
        }
        guard position > start else { throw JSONFault() }
        return value
    }

    mutating func string() throws(JSONFault) -> String {
        try expect("\"")
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            default: position += 1
            }
        }
        throw JSONFault()
    }

    private mutating func escapedString(from start: Int) throws(JSONFault) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try escape()
            default: text.append(byte)
            }
        }
        throw JSONFault()
    }

    private mutating func escape() throws(JSONFault) -> [UInt8] {
        guard position < bytes.count else { throw JSONFault() }
        defer { position += 1 }
        switch bytes[position] {
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try scalar()).utf8)
        case let byte: return [byte]
        }
    }

    /// From the `u` of an escape; afterwards the position is at its last digit. Half a surrogate pair is read as U+FFFD.
    private mutating func scalar() throws(JSONFault) -> Unicode.Scalar {
        let first = try codeUnit()
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        guard position + 2 < bytes.count, bytes[position + 1] == UInt8(ascii: "\\"),
            bytes[position + 2] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let behindFirst = position
        position += 2
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else {
            position = behindFirst
            return "\u{FFFD}"
        }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt16 {
        guard position + 4 < bytes.count else { throw JSONFault() }
        let digits = String(decoding: bytes[position + 1...position + 4], as: UTF8.self)
        guard let unit = UInt16(digits, radix: 16) else { throw JSONFault() }
        position += 4
        return unit
    }
}

/// The text is not what its column holds.
struct JSONFault: Error {}
