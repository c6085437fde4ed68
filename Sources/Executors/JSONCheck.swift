/// Says whether bytes are one JSON document (RFC 8259, UTF-8), without building it.
///
/// Foundation's decoders look at strings and numbers only when they are asked for them, so they let `[01, "\q"]` pass
/// what no other reader does.
package struct JSONCheck {
    /// Deeper documents are refused, as SQLite and most readers refuse them.
    static let maximumDepth = 512

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// The closing brackets that are awaited.
    private var open: [UInt8] = []

    /// Where `bytes` stop being JSON; `nil`: they are one document.
    package static func fault(in bytes: [UInt8]) -> JSONFault? {
        do throws(JSONFault) {
            try bytes.withUnsafeBufferPointer { buffer throws(JSONFault) in try check(buffer) }
            return nil
        } catch {
            return error
        }
    }

    /// Throws where `bytes` stop being JSON.
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONFault) {
        var check = JSONCheck(bytes: bytes)
        try check.document()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    // MARK: Structure

    private mutating func document() throws(JSONFault) {
        try value()
        while let close = open.last {
            skipSpace()
            if next == close {
                position += 1
                open.removeLast()
            } else if next == UInt8(ascii: ",") {
                position += 1
                skipSpace()
                try close == UInt8(ascii: "}") ? member() : value()
            } else {
                throw fault("expected ',' or '\(Character(UnicodeScalar(close)))'")
            }
        }
        skipSpace()
        if next != nil { throw fault("unexpected text after the document") }
    }

    /// A scalar, or a container up to the end of its first scalar.
    private mutating func value() throws(JSONFault) {
        while true {
            skipSpace()
            switch next {
            case UInt8(ascii: "{"):
                try push(UInt8(ascii: "}"))
                if next == UInt8(ascii: "}") { return }
                try key()
            case UInt8(ascii: "["):
                try push(UInt8(ascii: "]"))
                if next == UInt8(ascii: "]") { return }
            default: return try scalar()
            }
        }
    }

    private mutating func push(_ close: UInt8) throws(JSONFault) {
        guard open.count < Self.maximumDepth else { throw fault("nested deeper than \(Self.maximumDepth)") }
        open.append(close)
        position += 1
        skipSpace()
    }

    private mutating func member() throws(JSONFault) {
        try key()
        try value()
    }

    private mutating func key() throws(JSONFault) {
        guard next == UInt8(ascii: "\"") else { throw fault("expected a key in double quotes") }
        try string()
        skipSpace()
        guard next == UInt8(ascii: ":") else { throw fault("expected ':'") }
        position += 1
    }

    private mutating func scalar() throws(JSONFault) {
        guard let next else { throw fault("expected a value, but the text ends") }
        switch next {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw fault("expected a value")
        }
    }

    // MARK: Scalars

    private mutating func word(_ word: StaticString) throws(JSONFault) {
        let end = position + word.utf8CodeUnitCount
        let text = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(text) else { throw fault("expected a value") }
        position = end
    }

    private mutating func number() throws(JSONFault) {
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
    }

    private mutating func digits() throws(JSONFault) {
        guard isDigit(next) else { throw fault("expected a digit") }
        while isDigit(next) { position += 1 }
    }

    private func isDigit(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private mutating func string() throws(JSONFault) {
        let start = position
        position += 1
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try checkUTF8(start + 1, position - 1)
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20:
                position -= 1
                throw fault("a control character in a string must be written as \\u00XX")
            default: break
            }
        }
        throw fault("a string is not closed")
    }

    private mutating func escape() throws(JSONFault) {
        guard let byte = next else { throw fault("a string is not closed") }
        guard byte == UInt8(ascii: "u") else {
            guard "\"\\/bfnrt".utf8.contains(byte) else { throw fault("unknown escape in a string") }
            position += 1
            return
        }
        position += 1
        for _ in 0..<4 {
            guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit else {
                throw fault("expected four hexadecimal digits after \\u")
            }
            position += 1
        }
    }

    private func checkUTF8(_ start: Int, _ end: Int) throws(JSONFault) {
        guard let base = bytes.baseAddress else { return }
        let text = UnsafeBufferPointer(start: base + start, count: end - start)
        guard text.contains(where: { $0 >= 0x80 }) else { return }
        guard String(validating: text, as: UTF8.self) != nil else {
            throw fault("a string is not UTF-8", at: start)
        }
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func fault(_ problem: String, at offset: Int? = nil) -> JSONFault {
        let offset = offset ?? position
        let before = bytes[..<offset]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONFault(offset: offset, line: line, column: offset - lineStart + 1, problem: problem)
    }
}
