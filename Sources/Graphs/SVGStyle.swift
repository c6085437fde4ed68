/// Colours, for light and for dark surroundings. They are written out twice, because few programs that draw SVG know
/// variables.
enum SVGStyle {
    private struct Tone {
        let name: String
        let light: (fill: String, line: String)
        let dark: (fill: String, line: String)
    }

    private static let tones = [
        Tone(name: "plain", light: ("#f6f8fa", "#59636e"), dark: ("#151b23", "#9198a1")),
        Tone(name: "blocked", light: ("#f6f8fa", "#818b98"), dark: ("#151b23", "#818b98")),
        Tone(name: "scheduled", light: ("#f6f8fa", "#818b98"), dark: ("#151b23", "#818b98")),
        Tone(name: "ready", light: ("#fff8c5", "#9a6700"), dark: ("#272115", "#d29922")),
        Tone(name: "running", light: ("#ddf4ff", "#0969da"), dark: ("#0c2d6b", "#58a6ff")),
        Tone(name: "reclaiming", light: ("#ddf4ff", "#0969da"), dark: ("#0c2d6b", "#58a6ff")),
        Tone(name: "succeeded", light: ("#dafbe1", "#1a7f37"), dark: ("#12261e", "#3fb950")),
        Tone(name: "failed", light: ("#ffebe9", "#cf222e"), dark: ("#3c1618", "#f85149")),
        Tone(name: "skipped", light: ("#ffffff", "#818b98"), dark: ("#0d1117", "#818b98")),
        Tone(name: "cancelled", light: ("#fff1e5", "#bc4c00"), dark: ("#341a00", "#f0883e")),
    ]

    static var sheet: String {
        var sheet = """
            text{font-family:sans-serif}
            .b{stroke-width:1.2}.skipped .b,.blocked .b,.scheduled .b{stroke-dasharray:4 3}
            .h{font-weight:bold}.w{fill:none;stroke-width:1.1}.o{stroke-dasharray:5 4}.c{stroke-width:2.6}
            .s{fill:none;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
            .l{paint-order:stroke;stroke-width:4;stroke-linejoin:round}

            """
        sheet += rules(
            background: "#ffffff", text: "#1f2328", muted: "#59636e", wire: "#a2abb6", critical: "#8250df",
            tones: tones.map { ($0.name, $0.light) })
        sheet += "@media (prefers-color-scheme:dark){\n"
        sheet += rules(
            background: "#0d1117", text: "#f0f6fc", muted: "#9198a1", wire: "#5b6470", critical: "#b083f0",
            tones: tones.map { ($0.name, $0.dark) })
        return sheet + "}\n"
    }

    private static func rules(
        background: String, text: String, muted: String, wire: String, critical: String,
        tones: [(name: String, colours: (fill: String, line: String))]
    ) -> String {
        var rules = """
            .bg{fill:\(background)}text{fill:\(text)}.m{fill:\(muted)}.w{stroke:\(wire)}.a{fill:\(wire)}
            .l{stroke:\(background)}.c{stroke:\(critical)}.ca{fill:\(critical)}

            """
        for tone in tones {
            rules += ".\(tone.name) .b{fill:\(tone.colours.fill);stroke:\(tone.colours.line)}"
            rules += ".\(tone.name) .s{stroke:\(tone.colours.line)}.\(tone.name) .t{fill:\(tone.colours.line)}\n"
        }
        return rules
    }
}
