/// Text of a `weir.yaml` in, what it says or its faults out.
package enum ConfigurationParser {
    package struct Result: Sendable {
        /// `nil` exactly when `diagnostics` has an error.
        package let configuration: Configuration?
        /// Every fault found, in the order of the text.
        package let diagnostics: [Diagnostic]
    }

    package static func parse(_ text: String) -> Result {
        if let (message, place) = TextCheck.fault(in: text) { return failure(message, at: place) }
        let findings = Findings(source: SourceText(text))
        if let place = findings.source.firstTab {
            findings.warning("indented with tabs, which YAML does not allow; each is read as two spaces", at: place)
        }
        let root = DocumentReader(findings: findings, emptyFault: nil).root()
        let configuration = root.map { ConfigurationReader(findings: findings).read($0) } ?? Configuration()
        return Result(
            configuration: findings.hasErrors ? nil : configuration, diagnostics: findings.sorted())
    }

    /// The same for a file's bytes, which need not be text at all.
    package static func parse(_ bytes: [UInt8]) -> Result {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let (message, place) = TextCheck.fault(in: bytes) ?? ("this is not UTF-8 text", Place(line: 1, column: 1))
            return failure(message, at: place)
        }
        return parse(text)
    }

    private static func failure(_ message: String, at place: Place) -> Result {
        Result(
            configuration: nil,
            diagnostics: [Diagnostic(severity: .error, line: place.line, column: place.column, message: message)])
    }
}
