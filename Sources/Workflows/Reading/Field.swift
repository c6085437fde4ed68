import Yams

/// A key of a mapping with its value.
struct Field {
    let key: String
    let keyPlace: Place
    let value: Node
    /// How messages call the value, as in `'timeout' of step 'build'`.
    let title: String
    let findings: Findings

    var place: Place { findings.place(value.mark) }

    /// Reports that the value is not what the key takes.
    func reject(_ expected: String) {
        findings.error("\(title) must be \(expected), not \(description(of: value))", at: place)
    }
}

/// How messages call a value that is not what was expected.
func description(of node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.isNull ? "empty" : quoted(scalar.string)
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .alias: "an alias"
    }
}

extension Node.Scalar {
    /// Written without quotes and without a tag: its text decides what it is.
    var isPlain: Bool { style == .plain && tag.rawValue != Tag.Name.str.rawValue }

    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(string) }
}
