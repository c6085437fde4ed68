/// Puts JSON together.
struct JSONWriter {
    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(128) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func raw(_ piece: String) { bytes.append(contentsOf: piece.utf8) }

    mutating func raw(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

    mutating func string(_ value: String) {
        raw("\"" as Unicode.Scalar)
        for byte in value.utf8 { add(byte) }
        raw("\"" as Unicode.Scalar)
    }

    private mutating func add(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case UInt8(ascii: "\n"): raw("\\n")
        case UInt8(ascii: "\r"): raw("\\r")
        case UInt8(ascii: "\t"): raw("\\t")
        case 0x08: raw("\\b")
        case 0x0C: raw("\\f")
        case ..<0x20:
            raw(byte < 0x10 ? "\\u000" : "\\u00")
            raw(String(byte, radix: 16))
        default: bytes.append(byte)
        }
    }
}
