/// Text from jobs and files, as it may be shown: what would steer the terminal is shown instead of obeyed.
package enum VisibleText {
    /// The characters to draw. Control characters become `^[` and the like, line ends and tabs become blanks, marks
    /// that turn the direction of text are left out.
    package static func characters(of text: some StringProtocol) -> [Character] {
        // Most text is plain.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return Array(text) }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: result.append(" ")
            case 0..<0x20: result += "^" + String(UnicodeScalar(UInt8(scalar.value + 0x40)))
            case 0x7F: result += "^?"
            case 0x80..<0xA0: result += "\u{FFFD}"
            case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0x2028, 0x2029, 0xE0000...0xE007F: break
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result.compactMap(bounded)
    }

    /// A character with a bounded number of marks: nobody needs a hundred accents on one letter.
    private static func bounded(_ character: Character) -> Character? {
        guard character.unicodeScalars.count > 8 else { return character }
        var short = String.UnicodeScalarView()
        short.append(contentsOf: character.unicodeScalars.prefix(8))
        return String(short).first
    }

    /// The text cut to `width` columns, with an ellipsis where something was cut.
    package static func fitted(_ text: some StringProtocol, to width: Int) -> String {
        // A character has at least a byte, so that more than this is never shown.
        let drawn = characters(of: text.prefix(width * 4 + 64))
        var (result, used, fitting) = ("", 0, "")
        for character in drawn {
            let size = CharacterWidth.columns(of: character)
            if used + size > width { return fitting + "…" }
            result.append(character)
            used += size
            if used <= width - 1 { fitting = result }
        }
        return result
    }
}
