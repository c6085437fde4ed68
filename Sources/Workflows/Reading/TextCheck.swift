/// What must hold of a file's bytes before YAML looks at them.
enum TextCheck {
    static let maximumBytes = 16 * 1024 * 1024

    /// The fault, if it is not text that a workflow may have.
    static func fault(in text: String) -> (message: String, place: Place)? {
        if text.utf8.count > maximumBytes {
            let size = "the file has \(text.utf8.count) bytes"
            return ("\(size); a workflow has at most 16 MiB", Place(line: 1, column: 1))
        }
        return mayHaveFault(text.utf8) ? fault(in: Array(text.utf8)) : nil
    }

    /// The fault of bytes that are no text, or not such text; by character, to say where it is.
    static func fault(in bytes: [UInt8]) -> (message: String, place: Place)? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return ("the file begins with a byte order mark; save it as UTF-8 without one", Place(line: 1, column: 1))
        }
        var place = Place(line: 1, column: 1)
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .emptyInput: return nil
            case .error: return ("this is not UTF-8 text", place)
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if !isAllowed(scalar) {
                    return ("the character \(name(of: scalar)) is not allowed in a workflow", place)
                }
                place = scalar == "\n" ? Place(line: place.line + 1, column: 1) : place
                place.column += scalar == "\n" ? 0 : 1
            }
        }
    }

    /// A quick look for control characters and for the first bytes of those that YAML excludes.
    private static func mayHaveFault(_ bytes: String.UTF8View) -> Bool {
        bytes.withContiguousStorageIfAvailable { bytes in
            bytes.contains { byte in
                (byte < 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09) || byte == 0x7F || byte == 0xC2
                    || byte == 0xEF
            }
        } ?? true
    }

    /// YAML's printable characters.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xFEFF: false
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFFFD, 0x10000...: true
        default: false
        }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
