import Yams

/// A mapping of environment variables.
struct EnvironmentReader {
    /// What the runner itself sets for every job.
    private static let reserved: Set<String> = [
        "WEIR_JOB", "WEIR_RUN", "WEIR_ATTEMPT", "WEIR_LEASE", "WEIR_DB", "WEIR_RESULT", "WEIR_CHECKPOINT",
    ]

    func read(_ field: Field) -> [String: Template] {
        var environment: [String: Template] = [:]
        for entry in field.entries(of: "variables and their values") ?? [] {
            if let fault = fault(inName: entry.key) {
                field.findings.error("\(quoted(entry.key)) \(fault)", at: entry.keyPlace)
            } else if let value = readValue(entry) {
                environment[entry.key] = value
            }
        }
        return environment
    }

    private func fault(inName name: String) -> String? {
        if Self.reserved.contains(name) { return "is set by the runner and cannot be set here" }
        let isName = !name.isEmpty && !name.utf8.contains { $0 == UInt8(ascii: "=") || $0 == 0 }
        return isName ? nil : "cannot be the name of a variable"
    }

    private func readValue(_ entry: Field) -> Template? {
        guard case .scalar(let scalar) = entry.value, scalar.isNull else { return entry.template() }
        entry.findings.error("\(entry.title) has no value; for an empty one write \"\"", at: entry.place)
        return nil
    }
}
