import Yams

/// A key that a mapping has twice.
struct DuplicateKey {
    let name: String
    /// Where it stands first.
    let first: Mark

    /// The second occurrence, and the text in which a key nobody writes stands in its place.
    struct Masked {
        let line: Int
        let column: Int
        let mask: String
        let text: String
    }

    /// Finds the key again in the lines below that begin in the same column. In a mapping written in braces
    /// it is not looked for: `nil`.
    ///
    /// - Parameter number: makes the mask differ from earlier ones.
    func masked(in text: String, number: Int) -> Masked? {
        let bytes = Array(text.utf8)
        // Bytes, since to a String a carriage return and its line feed are one character, which ends no line.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated().dropFirst(first.line) {
            let content = line.drop { $0 == UInt8(ascii: " ") }
            guard let byte = content.first, byte != UInt8(ascii: "#"), byte != UInt8(ascii: "\r") else { continue }
            let indentation = content.startIndex - line.startIndex
            guard indentation >= first.column - 1 else { return nil }
            guard indentation == first.column - 1, let key = key(of: content) else { continue }
            // Of the same length, so that the places in its line stay what they are.
            let scalar = Unicode.Scalar(0xE000 + UInt32(number)) ?? "\u{E000}"
            let mask = String(repeating: String(scalar), count: key.unicodeScalars.count)
            let text = bytes[..<content.startIndex] + mask.utf8 + bytes[(content.startIndex + key.utf8.count)...]
            return Masked(
                line: index + 1, column: first.column, mask: mask, text: String(decoding: text, as: UTF8.self))
        }
        return nil
    }

    /// The key as it is written at the beginning of a line, if it is this one.
    private func key(of line: ArraySlice<UInt8>) -> String? {
        [name, "'\(name)'", "\"\(name)\""].first { written in
            guard line.starts(with: written.utf8) else { return false }
            let rest = line.dropFirst(written.utf8.count).drop { $0 == UInt8(ascii: " ") }
            guard rest.first == UInt8(ascii: ":") else { return false }
            return rest.dropFirst().first.map { " \t\r".utf8.contains($0) } ?? true
        }
    }
}
