extension JSONValue {
    /// Compact JSON, members in the order of their names.
    package var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes, limit: .max)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same; `nil` when it has more than `limit` bytes. A value that holds one part many times is small in memory
    /// and may be huge as text, so the work is bounded as well.
    package func text(atMost limit: Int) -> String? {
        var bytes: [UInt8] = []
        append(to: &bytes, limit: limit)
        return bytes.count <= limit ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// How it stands within a longer text; `nil` when that has more than `limit` bytes.
    package func splicedText(atMost limit: Int) -> String? {
        guard case .string(let text) = self else { return text(atMost: limit) }
        return text.utf8.count <= limit ? text : nil
    }

    /// Appends ``text`` to a longer one.
    package func append(to bytes: inout [UInt8]) { append(to: &bytes, limit: .max) }

    /// Stops soon after `limit` bytes.
    private func append(to bytes: inout [UInt8], limit: Int) {
        guard bytes.count <= limit else { return }
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number): bytes += String(number).utf8
        case .bigInteger(let digits): bytes += digits.utf8
        case .decimal(let number): bytes += Self.text(of: number).utf8
        case .string(let text): Self.append(text, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes, limit: limit)
                guard bytes.count <= limit else { return }
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes, limit: limit)
                guard bytes.count <= limit else { return }
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// JSON has no infinities and no NaN: null stands for them.
    private static func text(of number: Double) -> String {
        guard number.isFinite else { return "null" }
        if number == number.rounded(), abs(number) < 1e15, number != 0 { return "\(Int(number)).0" }
        return "\(number)"
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            // What needs no escape goes over in one piece.
            var start = 0
            for (position, byte) in utf8.enumerated() where needsEscape(byte) {
                bytes += utf8[start..<position]
                appendEscape(of: byte, to: &bytes)
                start = position + 1
            }
            bytes += utf8[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x0A: bytes += "\\n".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        default: bytes += "\\u00".utf8 + [digit(byte >> 4), digit(byte & 15)]
        }
    }

    /// A hexadecimal digit.
    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
