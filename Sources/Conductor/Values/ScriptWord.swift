/// A word of a loop's condition.
enum ScriptWord: Equatable {
    case number(Double)
    case string(String)
    case name(String)
    case mark(String)

    private static let marks = [
        "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "(", ")", "{", "}", "[", "]", ".", ";", "!", "<", ">", "+",
        "-",
        "*", "/", "%",
    ]

    static func words(of text: String) throws(ConductorFault) -> [ScriptWord] {
        var words: [ScriptWord] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first.isWhitespace {
                rest = rest.dropFirst()
            } else if first == "'" || first == "\"" {
                words.append(.string(try string(&rest)))
            } else if first.isASCII, first.isNumber {
                let digits = rest.prefix { ($0.isASCII && $0.isNumber) || $0 == "." }
                guard let number = Double(digits) else { throw ConductorFault(400, "'\(digits)' is no number") }
                words.append(.number(number))
                rest = rest.dropFirst(digits.count)
            } else if first == "$" {
                words.append(.name("$"))
                rest = rest.dropFirst()
            } else if first == "_" || first.isLetter {
                let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
                words.append(.name(String(name)))
                rest = rest.dropFirst(name.count)
            } else if let mark = marks.first(where: { rest.hasPrefix($0) }) {
                words.append(.mark(mark))
                rest = rest.dropFirst(mark.count)
            } else {
                throw ConductorFault(400, "'\(first)' is not supported in a loop's condition")
            }
        }
        return words
    }

    private static func string(_ rest: inout Substring) throws(ConductorFault) -> String {
        let quote = rest.removeFirst()
        var content = ""
        while let next = rest.first {
            rest = rest.dropFirst()
            if next == quote { return content }
            if next == "\\", let escaped = rest.first {
                content.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
                rest = rest.dropFirst()
            } else {
                content.append(next)
            }
        }
        throw ConductorFault(400, "a text in a loop's condition has no closing \(quote)")
    }
}
