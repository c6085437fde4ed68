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
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for index in lines.indices.dropFirst(first.line) {
            let line = lines[index]
            let indentation = line.prefix { $0 == " " }.count
            if line.dropFirst(indentation).first.map({ $0 == "#" || $0 == "\r" }) ?? true { continue }
            guard indentation >= first.column - 1 else { return nil }
            guard indentation == first.column - 1, let key = key(of: line.dropFirst(indentation)) else { continue }
            // Of the same length, so that the places in its line stay what they are.
            let scalar = Unicode.Scalar(0xE000 + UInt32(number)) ?? "\u{E000}"
            let mask = String(repeating: String(scalar), count: key.unicodeScalars.count)
            lines[index] = line.prefix(indentation) + mask + line.dropFirst(indentation + key.count)
            return Masked(
                line: index + 1, column: first.column, mask: mask, text: lines.joined(separator: "\n"))
        }
        return nil
    }

    /// The key as it is written at the beginning of a line, if it is this one.
    private func key(of line: Substring) -> String? {
        [name, "'\(name)'", "\"\(name)\""].first { written in
            guard line.hasPrefix(written) else { return false }
            let rest = line.dropFirst(written.count).drop { $0 == " " }
            return rest.first == ":" && rest.dropFirst().first.map { " \t\r".contains($0) } ?? true
        }
    }
}
