/// A gate's requirement as people write it: `>= 95%`, `100%`, `>= 90/100`, `80..90`, `between 80 and 90`, `required`.
enum GateText {
    /// Longer than any requirement, so that a file cannot make one expensive to read.
    static let maximumLength = 200

    /// How messages tell what a requirement can be.
    static let forms =
        "'>= 95%', '100%', '>= 90/100', '== 0', '80..90', 'between 80 and 90', '== word', true, false, required or a number"

    /// `nil`: the text is no requirement, or a range whose ends are the wrong way round.
    static func parse(_ text: String) -> Gate.Requirement? {
        guard text.utf8.count <= maximumLength else { return nil }
        var scanner = GateScanner(text)
        scanner.skipSpace()
        if let comparison = scanner.comparison() { return compared(comparison, &scanner) }
        if scanner.word("between") { return between(&scanner) }
        if scanner.word("at") {
            scanner.skipSpace()
            let isLeast = scanner.word("least")
            guard isLeast || scanner.word("most") else { return nil }
            return scanner.lastQuantity().map { .compare(isLeast ? .atLeast : .atMost, $0.value, unit: $0.unit) }
        }
        switch scanner.wholeRest.lowercased() {
        case "required": return .required
        case "true": return .isTrue
        case "false": return .isFalse
        default: return numeric(&scanner)
        }
    }

    /// After a comparison: a quantity, or, where order does not matter, a word.
    private static func compared(_ comparison: Gate.Comparison, _ scanner: inout GateScanner) -> Gate.Requirement? {
        let rest = scanner.wholeRest
        if let quantity = scanner.lastQuantity() { return .compare(comparison, quantity.value, unit: quantity.unit) }
        switch (comparison, rest.lowercased()) {
        case (.equal, "true"), (.different, "false"): return .isTrue
        case (.equal, "false"), (.different, "true"): return .isFalse
        case (.equal, _): return word(rest).map(Gate.Requirement.text)
        default: return nil
        }
    }

    /// A word for an equality: in quotes anything, else what begins with a letter.
    private static func word(_ text: String) -> String? {
        for quote in ["'", "\""] where text.utf8.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return text.first?.isLetter == true ? text : nil
    }

    private static func between(_ scanner: inout GateScanner) -> Gate.Requirement? {
        scanner.skipSpace()
        guard let low = scanner.quantity() else { return nil }
        scanner.skipSpace()
        guard scanner.word("and") else { return nil }
        return range(from: low, &scanner)
    }

    /// A quantity alone, or two with `..` or `-` between them.
    private static func numeric(_ scanner: inout GateScanner) -> Gate.Requirement? {
        guard let low = scanner.quantity() else { return nil }
        scanner.skipSpace()
        if scanner.isAtEnd { return alone(low) }
        guard scanner.take("..") || scanner.take("-") || scanner.take("–") || scanner.word("to") else { return nil }
        return range(from: low, &scanner)
    }

    /// A share is a goal to reach (`100%`); a bare number is the number.
    private static func alone(_ quantity: GateScanner.Quantity) -> Gate.Requirement {
        .compare(quantity.unit == .none ? .equal : .atLeast, quantity.value, unit: quantity.unit)
    }

    private static func range(from low: GateScanner.Quantity, _ scanner: inout GateScanner) -> Gate.Requirement? {
        guard let high = scanner.lastQuantity(), low.value <= high.value else { return nil }
        guard low.unit == .none || low.unit == high.unit else { return nil }
        return .range(low.value...high.value, unit: high.unit)
    }
}
