/// How a cell looks. The sixteen colours of the terminal's own palette, so that it fits what its user chose.
package struct Style: Hashable, Sendable {
    package enum Colour: UInt8, Hashable, Sendable {
        case black = 30, red, green, yellow, blue, magenta, cyan, white
        case grey = 90
    }

    package var colour: Colour?
    package var isBold = false
    package var isDim = false
    package var isReversed = false

    package static let plain = Style()

    package init(_ colour: Colour? = nil, bold: Bool = false, dim: Bool = false, reversed: Bool = false) {
        self.colour = colour
        isBold = bold
        isDim = dim
        isReversed = reversed
    }

    /// The sequence that turns it on from whatever was on before.
    ///
    /// - Parameter colours: without them (`NO_COLOR`), weight and reversal stay: they are no colours.
    func sequence(colours: Bool) -> String {
        var codes = ["0"]
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        if isReversed { codes.append("7") }
        if colours, let colour { codes.append("\(colour.rawValue)") }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}
