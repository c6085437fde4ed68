/// What must hold of a file's bytes before YAML looks at them.
enum TextCheck {
    static let maximumBytes = 16 * 1024 * 1024

    /// The fault, if the bytes are not text that a workflow may have.
    static func fault(in bytes: some Collection<UInt8>) -> (message: String, place: Place)? {
        if bytes.count > maximumBytes {
            return ("the file has \(bytes.count) bytes; a workflow has at most 16 MiB", Place(line: 1, column: 1))
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return ("the file begins with a byte order mark; save it as UTF-8 without one", Place(line: 1, column: 1))
        }
        return faultOfCharacters(in: bytes)
    }

    private static func faultOfCharacters(
        in bytes: some Collection<UInt8>
    ) -> (message: String, place: Place)? {
        var place = Place(line: 1, column: 1)
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .emptyInput: return nil
            case .error: return ("this is not UTF-8 text", place)
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if scalar == "\n" {
                    place = Place(line: place.line + 1, column: 1)
                    continue
                }
                if !isAllowed(scalar) {
                    return ("the character \(name(of: scalar)) is not allowed in a workflow", place)
                }
                place.column += 1
            }
        }
    }

    /// YAML's printable characters.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFFFD, 0x10000...: true
        default: false
        }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
