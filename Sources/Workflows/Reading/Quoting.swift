/// Text of the user's as messages show it: in quotes, on one line, cut when it is long.
func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    var shown = ""
    for scalar in scalars.prefix(60) {
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        shown += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return scalars.count > 60 ? "'\(shown)…'" : "'\(shown)'"
}
