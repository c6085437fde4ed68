/// A word of a script.
struct ScriptToken {
    enum Kind { case name, number, string, mark }

    let kind: Kind
    /// Of a string its content.
    let text: String
    /// In scalars of the script, from 0.
    let offset: Int
    let end: Int

    var isString: Bool { kind == .string }
    var isName: Bool { kind == .name }
    var isNumber: Bool { kind == .number }

    private static let marks = [
        "===", "!==", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "(", ")", "{", "}", "[", "]", ".", ",", ";", ":",
        "?", "!", "=", "<", ">", "+", "-", "*", "/", "%",
    ].map { Array($0.unicodeScalars) }

    static func read(_ text: String) throws(ConductorFault) -> [ScriptToken] {
        let scalars = Array(text.unicodeScalars)
        var tokens: [ScriptToken] = []
        var position = 0
        while position < scalars.count {
            let start = position
            let scalar = scalars[position]
            if scalar.properties.isWhitespace {
                position += 1
                continue
            }
            if scalar == "/", position + 1 < scalars.count, scalars[position + 1] == "/" {
                while position < scalars.count, scalars[position] != "\n" { position += 1 }
                continue
            }
            if scalar == "'" || scalar == "\"" {
                let content = try string(scalars, &position)
                tokens.append(ScriptToken(kind: .string, text: content, offset: start, end: position))
                continue
            }
            let isDigit = ("0"..."9").contains(scalar)
            if isDigit || isNamePart(scalar) {
                while position < scalars.count,
                    isNamePart(scalars[position]) || (isDigit && scalars[position] == ".")
                {
                    position += 1
                    // `$` is a word of its own, so that `$.a` and `$['a']` begin alike.
                    if scalar == "$", position == start + 1 { break }
                }
                let word = String(String.UnicodeScalarView(scalars[start..<position]))
                if isDigit, Double(word) == nil || !word.utf8.allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) }) {
                    throw ConductorFault("'\(word)' is no number", at: start)
                }
                tokens.append(ScriptToken(kind: isDigit ? .number : .name, text: word, offset: start, end: position))
                continue
            }
            guard let mark = marks.first(where: { scalars[position...].starts(with: $0) }) else {
                throw ConductorFault("'\(scalar)' is not supported; \(ConductorScript.advice)", at: start)
            }
            position += mark.count
            let word = String(String.UnicodeScalarView(mark))
            tokens.append(ScriptToken(kind: .mark, text: word, offset: start, end: position))
        }
        return tokens
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }

    private static func string(_ scalars: [Unicode.Scalar], _ position: inout Int) throws(ConductorFault) -> String {
        let start = position
        let quote = scalars[position]
        var content = ""
        position += 1
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            if scalar == quote { return content }
            guard scalar == "\\", position < scalars.count else {
                content.unicodeScalars.append(scalar)
                continue
            }
            switch scalars[position] {
            case "n": content += "\n"
            case "t": content += "\t"
            case "'", "\"", "\\", "/": content.unicodeScalars.append(scalars[position])
            default: throw ConductorFault("this escape is not supported", at: position - 1)
            }
            position += 1
        }
        throw ConductorFault("the text that begins here has no end", at: start)
    }
}
