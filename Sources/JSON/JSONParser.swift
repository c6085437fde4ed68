extension JSONValue {
    /// Lists and objects within one another.
    package static let maximumDepth = 512

    /// Reads one value of RFC 8259. Of a member that is there twice, the last counts; names
    /// that differ in nothing but how their characters are composed are refused.
    package init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }

    /// The same for bytes, which must be UTF-8.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var offset = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard offset == bytes.count else { throw fault("something follows the value") }
        return value
    }

    private func fault(_ message: String, at place: Int? = nil) -> JSONError {
        JSONError(message, at: place ?? offset, in: bytes)
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        offset += 1
        return true
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{")?: return try nested { parser throws(JSONError) in try parser.object() }
        case UInt8(ascii: "[")?: return try nested { parser throws(JSONError) in try parser.list() }
        case UInt8(ascii: "\"")?: return .string(try string())
        case UInt8(ascii: "t")?: return try word("true", .bool(true))
        case UInt8(ascii: "f")?: return try word("false", .bool(false))
        case UInt8(ascii: "n")?: return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try number()
        case nil: throw fault("a value is missing")
        default: throw fault("no value begins like this")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else {
            throw fault("more than \(JSONValue.maximumDepth) lists and objects within one another")
        }
        depth += 1
        offset += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func list() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .list(elements) }
        repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw fault("',' or ']' is missing") }
        return .list(elements)
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            let start = offset
            guard next == UInt8(ascii: "\"") else { throw fault("a member's name in quotes is missing") }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw fault("':' is missing") }
            if members.updateValue(try value(), forKey: name) != nil { try requireSame(name, in: members, at: start) }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw fault("',' or '}' is missing") }
        return .object(members)
    }

    /// Texts are equal here when they are canonically so: of two such names one would be lost.
    private func requireSame(_ name: String, in members: [String: JSONValue], at place: Int) throws(JSONError) {
        guard let known = members.index(forKey: name).map({ members[$0].key }), known.utf8.elementsEqual(name.utf8)
        else {
            throw fault("the object has this name already, with its characters composed in another way", at: place)
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[offset...].starts(with: text.utf8) else { throw fault("no value begins like this") }
        offset += text.utf8.count
        return value
    }

    private mutating func digits() -> Int {
        let start = offset
        while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
        return offset - start
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        let isZero = next == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0 else { throw fault("a digit is missing") }
        guard !isZero || whole == 1 else { throw fault("a number does not begin with 0", at: start) }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            guard digits() > 0 else { throw fault("a digit is missing") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            guard digits() > 0 else { throw fault("a digit is missing") }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, let number = Int(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else { throw fault("the number is too large", at: start) }
        return isWhole ? .bigInteger(text) : .decimal(number)
    }

    private mutating func string() throws(JSONError) -> String {
        offset += 1
        let start = offset
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
        if next == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return try text(bytes[start..<offset], at: start)
        }
        var content = Array(bytes[start..<offset])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return try text(content[...], at: start)
            case UInt8(ascii: "\\"): try escape(into: &content)
            case ..<0x20: throw fault("a control character within a text; write it as an escape")
            default:
                content.append(byte)
                offset += 1
            }
        }
        throw fault("the text has no end", at: start - 1)
    }

    private func text(_ content: ArraySlice<UInt8>, at start: Int) throws(JSONError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw fault("the text is not UTF-8", at: start)
        }
        return text
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
        let start = offset
        offset += 1
        guard let byte = next else { throw fault("the text has no end", at: start) }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try hex()
            if (0xD800..<0xDC00).contains(unit), bytes[offset...].starts(with: "\\u".utf8) {
                offset += 2
                let low = try hex()
                guard (0xDC00..<0xE000).contains(low) else { throw fault("half of a surrogate pair", at: start) }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw fault("half of a surrogate pair", at: start) }
            content += String(scalar).utf8
        default: throw fault("there is no such escape", at: start)
        }
    }

    private mutating func hex() throws(JSONError) -> UInt32 {
        let digits = bytes[offset...].prefix(4)
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16) else {
            throw fault("four hexadecimal digits are missing")
        }
        offset += 4
        return value
    }
}
