/// Search in the bytes of texts, in time in proportion to them (Knuth, Morris, Pratt). Swift's own search is for whole
/// characters, of which `\r\n` is one: it finds no `\n` there.
enum TextSearch {
    static func contains(_ text: String, _ piece: String) -> Bool {
        var isThere = piece.isEmpty
        if !isThere {
            visit(piece, in: text) { _ in
                isThere = true
                return false
            }
        }
        return isThere
    }

    static func hasPrefix(_ text: String, _ piece: String) -> Bool { text.utf8.starts(with: piece.utf8) }

    static func hasSuffix(_ text: String, _ piece: String) -> Bool {
        text.utf8.count >= piece.utf8.count && text.utf8.suffix(piece.utf8.count).elementsEqual(piece.utf8)
    }

    /// How often the piece is there, without overlaps.
    ///
    /// - Parameter piece: not empty.
    static func count(of piece: String, in text: String) -> Int {
        var count = 0
        visit(piece, in: text) { _ in
            count += 1
            return true
        }
        return count
    }

    /// The texts between the separators.
    ///
    /// - Parameter separator: not empty.
    static func split(_ text: String, by separator: String) -> [String] {
        var text = text
        text.makeContiguousUTF8()
        var pieces: [String] = []
        var start = 0
        visit(separator, in: text) { found in
            pieces.append(slice(text, start..<found))
            start = found + separator.utf8.count
            return true
        }
        pieces.append(slice(text, start..<text.utf8.count))
        return pieces
    }

    private static func slice(_ text: String, _ range: Range<Int>) -> String {
        let bytes = text.utf8
        let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
        return String(decoding: bytes[start..<bytes.index(start, offsetBy: range.count)], as: UTF8.self)
    }

    /// Calls `body` with the place of each occurrence, without overlaps, until it returns `false`.
    private static func visit(_ piece: String, in text: String, _ body: (Int) -> Bool) {
        let piece = Array(piece.utf8)
        let borders = borders(of: piece)
        var matched = 0
        for (offset, byte) in text.utf8.enumerated() {
            while matched > 0, piece[matched] != byte { matched = borders[matched - 1] }
            if piece[matched] == byte { matched += 1 }
            guard matched == piece.count else { continue }
            guard body(offset + 1 - matched) else { return }
            matched = 0
        }
    }

    /// For each beginning of the piece, how much of its end is a beginning of the piece too.
    private static func borders(of piece: [UInt8]) -> [Int] {
        var borders = [0]
        var length = 0
        for byte in piece.dropFirst() {
            while length > 0, piece[length] != byte { length = borders[length - 1] }
            if piece[length] == byte { length += 1 }
            borders.append(length)
        }
        return borders
    }
}
