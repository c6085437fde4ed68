import Executors
import Glibc
import Jobs

/// JSON that a command is given: itself, `@FILE`, or `-` for standard input.
enum JSONInput {
    /// - Parameters:
    ///   - what: as messages call it.
    ///   - limit: in bytes.
    /// - Throws: a `Failure` that says where it is no JSON; `advice` says how to mend it.
    static func text(_ argument: String, what: String, limit: Int, advice: String = "") throws -> String {
        let (bytes, place) = try bytes(argument)
        if let fault = JSONCheck.fault(in: bytes) {
            let position = place.map { "\($0):\(fault.line):\(fault.column)" } ?? "\(what), column \(fault.column)"
            throw Failure("\(position): this is not JSON: \(fault.problem)\(advice)", code: Failure.data)
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingJSONSpace()
        guard text.utf8.count <= limit else {
            throw Failure("\(place ?? what): \(text.utf8.count) bytes; \(limit) is the most", code: Failure.data)
        }
        return text
    }

    private static func bytes(_ argument: String) throws -> (bytes: [UInt8], place: String?) {
        if argument == "-" { return (try InputFile.bytes("-"), "<stdin>") }
        // No JSON begins so.
        guard argument.hasPrefix("@") else { return (Array(argument.utf8), nil) }
        let path = String(argument.dropFirst())
        guard !path.isEmpty, path != "-" else {
            throw Failure("'\(argument)' names no file; write @FILE, or - for standard input", code: Failure.usage)
        }
        return (try InputFile.bytes(path), path)
    }
}

extension String {
    /// Without the space around it that JSON allows.
    fileprivate func trimmingJSONSpace() -> String {
        func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        let rest = utf8.drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(Substring(rest[...last]))
    }
}
