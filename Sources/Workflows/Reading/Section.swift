import Yams

/// A mapping whose keys the language defines. Keys that it does not define are reported when it is made.
struct Section {
    /// How messages call the mapping, as in `step 'build'`.
    let title: String
    let place: Place
    let findings: Findings
    private var fields: [String: Field] = [:]

    /// - Parameters:
    ///   - keys: the keys that it may have.
    ///   - misplaced: keys that belong elsewhere, with the words that say where.
    /// - Returns: `nil`, with an error reported, when the node is no mapping.
    init?(
        _ node: Node, title: String, keys: [String], misplaced: [String: String] = [:], findings: Findings
    ) {
        place = findings.place(node.mark)
        guard case .mapping(let mapping) = node else {
            findings.error("\(title) must be a mapping, not \(description(of: node))", at: place)
            return nil
        }
        self.title = title
        self.findings = findings
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key, !findings.maskedKeys.contains(scalar.string) else { continue }
            let name = scalar.string
            let field = Field(
                key: name, keyPlace: findings.place(key.mark), value: value, title: "'\(name)' of \(title)",
                findings: findings)
            if keys.contains(name) {
                fields[name] = field
            } else {
                reportUnknown(field, keys: keys, misplaced: misplaced)
            }
        }
    }

    subscript(key: String) -> Field? { fields[key] }

    func text(_ key: String) -> String? { fields[key]?.text() }
    func nonEmptyText(_ key: String) -> String? { fields[key]?.nonEmptyText() }
    func identifier(_ key: String) -> String? { fields[key]?.identifier() }
    func flag(_ key: String) -> Bool? { fields[key]?.flag() }
    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? { fields[key]?.integer(in: range) }
    func duration(_ key: String) -> Duration? { fields[key]?.duration() }

    /// Reports that a key which must be there is not.
    func reportMissing(_ key: String, _ advice: String = "") {
        findings.error("\(title) has no '\(key)'\(advice)", at: place)
    }

    private func reportUnknown(_ field: Field, keys: [String], misplaced: [String: String]) {
        let hint: String
        if field.key == "<<" {
            hint = "; merge keys are not supported, write the keys out"
        } else if let home = misplaced[field.key] {
            hint = "; it belongs to \(home)"
        } else {
            hint = findings.hint(for: field.key, among: keys)
        }
        findings.error("unknown key \(quoted(field.key)) in \(title)\(hint)", at: field.keyPlace)
    }
}
