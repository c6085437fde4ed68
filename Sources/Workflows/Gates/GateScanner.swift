/// Reads a requirement, or a metric that is a text, from left to right.
struct GateScanner {
    struct Quantity {
        let value: Double
        let unit: Gate.Unit
    }

    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// What is left, without the spaces around it.
    var wholeRest: String {
        var text = rest.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

    mutating func take(_ prefix: String) -> Bool {
        guard rest.hasPrefix(prefix) else { return false }
        rest = rest.dropFirst(prefix.count)
        return true
    }

    /// A whole word, in capitals or not.
    mutating func word(_ word: String) -> Bool {
        let letters = rest.prefix(while: \.isLetter)
        guard letters.lowercased() == word else { return false }
        rest = rest.dropFirst(letters.count)
        return true
    }

    mutating func comparison() -> Gate.Comparison? {
        let signs: [(String, Gate.Comparison)] = [
            (">=", .atLeast), ("≥", .atLeast), ("<=", .atMost), ("≤", .atMost), ("==", .equal), ("!=", .different),
            ("≠", .different), (">", .above), ("<", .below), ("=", .equal),
        ]
        for (sign, comparison) in signs where take(sign) { return comparison }
        return nil
    }

    /// A number with its unit, if it has one: `95`, `95%`, `90/100`.
    mutating func quantity() -> Quantity? {
        guard let value = number() else { return nil }
        let end = rest
        skipSpace()
        if take("%") { return Quantity(value: value, unit: .percent) }
        if take("/") {
            skipSpace()
            guard let whole = number(), whole > 0 else { return nil }
            return Quantity(value: value, unit: .outOf(whole))
        }
        rest = end
        return Quantity(value: value, unit: .none)
    }

    /// A quantity with nothing but spaces before it and after it.
    mutating func lastQuantity() -> Quantity? {
        skipSpace()
        guard let quantity = quantity() else { return nil }
        skipSpace()
        return isAtEnd ? quantity : nil
    }

    /// Digits with a point, a sign before and an exponent after; of `80..90` the 80.
    private mutating func number() -> Double? {
        let bytes = Array(rest.utf8)
        var end = 0
        func digits() { while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 } }
        if end < bytes.count, "+-".utf8.contains(bytes[end]) { end += 1 }
        let start = end
        digits()
        guard end > start else { return nil }
        if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), (0x30...0x39).contains(bytes[end + 1]) {
            end += 1
            digits()
        }
        let mantissa = end
        if end < bytes.count, "eE".utf8.contains(bytes[end]) {
            end += 1
            if end < bytes.count, "+-".utf8.contains(bytes[end]) { end += 1 }
            let exponent = end
            digits()
            if end == exponent { end = mantissa }
        }
        guard let value = Double(String(decoding: bytes[..<end], as: UTF8.self)), value.isFinite else { return nil }
        rest = rest[rest.utf8.index(rest.startIndex, offsetBy: end)...]
        return value
    }
}
