extension JSONValue {
    /// JSON for people: a member or an element a line, members in the order of their names, two spaces for each level.
    /// Empty lists and objects stay on their line.
    package var indentedText: String {
        var text = ""
        append(to: &text, indent: "\n")
        return text
    }

    private func append(to text: inout String, indent: String) {
        let inner = indent + "  "
        switch self {
        case .list(let elements) where !elements.isEmpty:
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index > 0 ? "," : "") + inner
                element.append(to: &text, indent: inner)
            }
            text += indent + "]"
        case .object(let members) where !members.isEmpty:
            text += "{"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                text += (index > 0 ? "," : "") + inner + JSONValue.string(member.key).text + ": "
                member.value.append(to: &text, indent: inner)
            }
            text += indent + "}"
        default: text += self.text
        }
    }
}
