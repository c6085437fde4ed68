/// Bounds what a workflow gives to each of its steps: every job has a copy of it, so that a file of 10 MB could make a
/// database of terabytes.
struct SharedTextCheck {
    static let maximumBytes = 64 * 1024 * 1024

    let workflow: Workflow
    /// What `defaults` say of `cwd`.
    let directory: Template?

    func report(at place: Place, _ findings: Findings) {
        let variables = workflow.environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.source.utf8.count }
        let bytes = variables + (directory?.source.utf8.count ?? 0)
        let handlers = workflow.handlers
        let steps = count(of: workflow.steps + handlers.success + handlers.failure + handlers.always)
        guard bytes * steps > Self.maximumBytes else { return }
        let advice = "give the long ones to the steps that need them"
        findings.error(
            "each of \(steps) steps gets \(bytes) bytes of 'env' and 'defaults', more than 64 MiB in all; \(advice)",
            at: place)
    }

    /// Depth is bounded by the reader.
    private func count(of steps: [Step]) -> Int {
        steps.reduce(0) { $0 + 1 + count(of: $1.action.nested) }
    }
}
