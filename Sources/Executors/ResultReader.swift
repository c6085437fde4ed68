/// Makes a job's result of what it left behind.
package enum ResultReader {
    /// The file's content where there is one, which must be JSON; else standard output.
    ///
    /// - Parameter standardOutput: all of it, or nil when some was cut: that is never a result.
    package static func value(file: ResultFile?, standardOutput: [UInt8]?) throws(ResultError) -> JobResult {
        if let bytes = try file?.read() {
            do throws(JSONFault) { return .json(try json(bytes)) } catch { throw .invalid(error) }
        }
        guard let standardOutput else { return .none }
        return value(of: standardOutput)
    }

    /// JSON as it is, without the white space around it; other text as a JSON string, without the newlines at its end
    /// and with U+FFFD for what is not UTF-8. Nothing for nothing.
    static func value(of output: [UInt8]) -> JobResult {
        guard let first = output.first(where: { !isSpace($0) }) else { return .none }
        // Most output is plain text, and its first letter shows it.
        if mayBegin(first), let text = try? json(output) { return .json(text) }
        let end = output.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? 0
        return .json(quoted(output[..<end]))
    }

    private static func json(_ bytes: [UInt8]) throws(JSONFault) -> String {
        var fault: JSONFault?
        bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONFault) { try JSONCheck.check(buffer) } catch { fault = error }
        }
        if let fault { throw fault }
        let start = bytes.firstIndex { !isSpace($0) } ?? 0
        let end = bytes.lastIndex { !isSpace($0) } ?? start
        return String(decoding: bytes[start...end], as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private static func mayBegin(_ byte: UInt8) -> Bool {
        "{[\"-tfn".utf8.contains(byte) || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }

    /// A JSON string.
    private static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 16 + 2)
        text.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 0x0A: text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0x0D: text += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case 0x09: text += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 0..<0x20: text += [UInt8](#"\u00"#.utf8) + [hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
        return String(decoding: text, as: UTF8.self)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
