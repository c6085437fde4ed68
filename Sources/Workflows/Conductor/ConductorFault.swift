import Yams

/// What is wrong within a text of a definition.
struct ConductorFault: Error {
    let message: String
    /// In Unicode scalars of the text, from 0.
    var offset: Int

    init(_ message: String, at offset: Int = 0) {
        self.message = message
        self.offset = offset
    }
}

extension Field {
    /// Reports the fault at its place within the value, where that can be told, else at the value.
    func report(_ fault: ConductorFault) {
        findings.error("\(title): \(fault.message)", at: exactPlace(of: fault.offset))
    }

    /// A quoted text of one line without escapes stands in the file as it is read.
    func exactPlace(of offset: Int) -> Place {
        guard case .scalar(let scalar) = value, offset > 0 else { return place }
        let before = scalar.string.unicodeScalars.prefix(offset)
        let escaped: [Unicode.Scalar] = scalar.style == .singleQuoted ? ["\n", "'"] : ["\n", "\"", "\\", "\t"]
        guard !before.contains(where: { escaped.contains($0) }) else { return place }
        switch scalar.style {
        case .singleQuoted, .doubleQuoted: return Place(line: place.line, column: place.column + 1 + offset)
        case .plain: return Place(line: place.line, column: place.column + offset)
        default: return place
        }
    }
}
