import Yams

/// Text in, a checked workflow or its faults out.
package enum WorkflowParser {
    /// - Parameter defaultName: the workflow's name where the text has none, as a rule the file's name.
    package static func parse(_ text: String, defaultName: String) -> ParsedWorkflow {
        if let (message, place) = TextCheck.fault(in: text) { return failure(message, at: place) }
        let findings = Findings(source: SourceText(text))
        if let place = findings.source.firstTab {
            findings.warning("indented with tabs, which YAML does not allow; each is read as two spaces", at: place)
        }
        let workflow = DocumentReader(findings: findings).root().flatMap {
            read($0, defaultName: defaultName, findings)
        }
        return ParsedWorkflow(
            workflow: findings.hasErrors ? nil : workflow,
            diagnostics: findings.sorted())
    }

    private static func read(_ root: Node, defaultName: String, _ findings: Findings) -> Workflow? {
        switch Dialect.of(root, findings) {
        case .steps?: return WorkflowReader(findings: findings, defaultName: defaultName).read(root)
        case .tasks?: return TaskDocumentReader(findings: findings, defaultName: defaultName).read(root)
        case .orchestrator?: return OrchestratorReader(findings: findings, defaultName: defaultName).read(root)
        case .conductor?: return ConductorReader(findings: findings, defaultName: defaultName).read(root)
        case nil: return nil
        }
    }

    /// The same for a file's bytes, which need not be text at all.
    package static func parse(_ bytes: [UInt8], defaultName: String) -> ParsedWorkflow {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let (message, place) = TextCheck.fault(in: bytes) ?? ("this is not UTF-8 text", Place(line: 1, column: 1))
            return failure(message, at: place)
        }
        return parse(text, defaultName: defaultName)
    }

    private static func failure(_ message: String, at place: Place) -> ParsedWorkflow {
        ParsedWorkflow(
            workflow: nil,
            diagnostics: [
                Diagnostic(severity: .error, line: place.line, column: place.column, message: message)
            ])
    }
}
