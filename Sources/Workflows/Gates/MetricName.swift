/// A metric's name in words: `test_coverage` and `testCoverage` are both `Test Coverage`.
enum MetricName {
    static func label(of metric: String) -> String {
        var words: [String] = []
        var word = ""
        var before: Character = " "
        for character in metric {
            let isBreak = character == "_" || character == "-" || character == "." || character.isWhitespace
            if isBreak || (character.isUppercase && before.isLowercase) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if !isBreak { word.append(character) }
            before = character
        }
        if !word.isEmpty { words.append(word) }
        let label = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
        return label.isEmpty ? metric : label
    }
}
