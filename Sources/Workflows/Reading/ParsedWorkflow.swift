/// What the parser made of a text.
package struct ParsedWorkflow: Sendable {
    /// `nil` exactly when `diagnostics` has an error.
    package let workflow: Workflow?
    /// Every fault found, in the order of the text.
    package let diagnostics: [Diagnostic]
}
