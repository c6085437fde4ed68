package import JSON

/// JSON in what a model said.
package enum AnswerText {
    /// The text as JSON, also where it is all in a fenced block.
    package static func json(_ text: String) -> JSONValue? {
        if let value = try? JSONValue(parsing: text) { return value }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { !isBlank($0) }),
            let last = lines.lastIndex(where: { !isBlank($0) }), first < last, isFence(lines[first]),
            lines[last].allSatisfy({ $0 == "`" || $0.isWhitespace }), isFence(lines[last])
        else { return nil }
        return try? JSONValue(parsing: lines[(first + 1)..<last].joined(separator: "\n"))
    }

    /// The same, and where words stand around it, the first fenced block or what lies between the outermost brackets.
    package static func jsonWithin(_ text: String) -> JSONValue? {
        if let value = json(text) { return value }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if let start = lines.firstIndex(where: isFence),
            let end = lines[(start + 1)...].firstIndex(where: isFence),
            let value = try? JSONValue(parsing: lines[(start + 1)..<end].joined(separator: "\n"))
        {
            return value
        }
        for (open, close) in [("[", "]"), ("{", "}")] as [(Character, Character)] {
            guard let start = text.firstIndex(of: open), let end = text.lastIndex(of: close), start < end else {
                continue
            }
            if let value = try? JSONValue(parsing: String(text[start...end])) { return value }
        }
        return nil
    }

    private static func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }

    private static func isFence(_ line: Substring) -> Bool { line.drop(while: \.isWhitespace).hasPrefix("```") }
}
