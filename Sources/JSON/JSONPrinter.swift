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

    /// Stops soon after `limit` bytes.
    private func append(to bytes: inout [UInt8], limit: Int) {
        guard bytes.count <= limit else { return }
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number): bytes += String(number).utf8
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
        if number == number.rounded(), abs(number) < 1e15 { return "\(Int(number)).0" }
        return "\(number)"
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case ..<0x20, 0x7F: bytes += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
