/// Amounts of memory as people write them: `512M`, `1.5G`, `2GiB`, `800000K`; a bare number is in bytes. All units are
/// powers of 1024.
package enum MemoryText {
    /// KiB that a limit can have: under 1 MiB no program starts, and more than 1 EiB is a slip.
    package static let limits = 1_024...(1 << 50)

    private static let units: [(String, Double)] = [
        ("", 1.0 / 1024), ("k", 1), ("m", 1024), ("g", 1_048_576), ("t", 1_073_741_824),
    ]

    /// `nil`: it is no amount of memory. Rounded up.
    package static func kibibytes(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        if unit.hasSuffix("ib") { unit.removeLast(2) } else if unit.hasSuffix("b") { unit.removeLast() }
        guard let number = Double(digits), let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
        let size = (number * factor).rounded(.up)
        return size.isFinite && size >= 0 && size < 0x1p52 ? Int(size) : nil
    }
}
