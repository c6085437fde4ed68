/// Text within SVG.
enum SVGText {
    /// Any text as content or attribute. What XML cannot hold becomes a replacement character.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result += " "
            case _ where isForbidden(scalar): result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Overrides of the direction would let a label change what stands beside it.
        case 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: true
        case 0x20..<0x7F, 0xA0...: false
        default: true
        }
    }

    /// About how wide a text is, in parts of the font's size; fonts differ, so it is a high guess.
    static func width(_ text: String) -> Double { text.reduce(0) { $0 + width($1) } }

    private static func width(_ character: Character) -> Double {
        guard let scalar = character.unicodeScalars.first, scalar.isASCII else {
            return (character.unicodeScalars.first?.value ?? 0) >= 0x1100 ? 1.05 : 0.65
        }
        return switch character {
        case "i", "j", "l", "I", "'", ".", ",", ":", ";", "|", "!": 0.32
        case "f", "t", "r", "-", "(", ")", "[", "]", "/", " ": 0.41
        case "m", "w", "M", "W", "%", "@": 0.95
        case "A"..."Z": 0.72
        default: 0.62
        }
    }

    /// The text if it is at most so wide, else without its middle: the ends of names tell them apart.
    static func cut(_ text: String, to most: Double, font: Double) -> String {
        guard width(text) * font > most else { return text }
        let room = max(0, most / font - 0.9)
        let start = Self.prefix(of: text, to: room * 0.6)
        let end = Self.prefix(of: text.reversed(), to: room * 0.4)
        return start + "…" + String(end.reversed())
    }

    private static func prefix(of characters: some Sequence<Character>, to most: Double) -> String {
        var room = most
        var result = ""
        for character in characters {
            room -= width(character)
            guard room >= 0 else { break }
            result.append(character)
        }
        return result
    }

    /// A coordinate, to a tenth.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return "\(tenths < 0 ? "-" : "")\(whole)\(rest == 0 ? "" : ".\(rest)")"
    }
}
