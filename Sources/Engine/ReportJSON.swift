import JSON

/// JSON whose members keep the order in which a reader wants them.
indirect enum ReportJSON {
    case value(JSONValue)
    /// JSON already.
    case raw(String)
    /// Members in lines of their own.
    case object([(String, ReportJSON)])
    /// The same in one line.
    case row([(String, ReportJSON)])
    case list([ReportJSON])

    static let null = ReportJSON.value(.null)
    static func text(_ text: String?) -> ReportJSON { .value(text.map { .string($0) } ?? .null) }
    static func number(_ number: Int?) -> ReportJSON { .value(number.map { .integer($0) } ?? .null) }
    static func number(_ number: Double?) -> ReportJSON { .value(number.map { .decimal($0) } ?? .null) }
    /// Rounded to thousandths, as the views have them.
    static func ratio(_ number: Double?) -> ReportJSON {
        .number(number.map { ($0 * 1000).rounded() / 1000 })
    }
    static func flag(_ flag: Bool) -> ReportJSON { .value(.bool(flag)) }
    static func moment(_ moment: Int?) -> ReportJSON { .text(moment.map(TimestampText.text)) }

    var text: String {
        var text = ""
        write(to: &text, margin: "")
        return text
    }

    private func write(to text: inout String, margin: String) {
        switch self {
        case .value(let value): text += value.text
        case .raw(let json): text += json
        case .row(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                text += index > 0 ? ", " : ""
                text += JSONValue.string(member.0).text + ": "
                member.1.write(to: &text, margin: margin)
            }
            text += "}"
        case .object(let members):
            let inner = margin + "  "
            for (index, member) in members.enumerated() {
                text += index > 0 ? ",\n" : "{\n"
                text += inner + JSONValue.string(member.0).text + ": "
                member.1.write(to: &text, margin: inner)
            }
            text += members.isEmpty ? "{}" : "\n\(margin)}"
        case .list(let elements):
            let inner = margin + "  "
            for (index, element) in elements.enumerated() {
                text += (index > 0 ? ",\n" : "[\n") + inner
                element.write(to: &text, margin: inner)
            }
            text += elements.isEmpty ? "[]" : "\n\(margin)]"
        }
    }
}
