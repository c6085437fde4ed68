/// One thing that is wrong or doubtful in a workflow's text, and where.
package struct Diagnostic: Sendable, Hashable {
    package enum Severity: String, Sendable {
        /// The workflow cannot be used.
        case error
        /// The workflow can be used; its author may have meant something else.
        case warning
    }

    package let severity: Severity
    package let line: Int
    package let column: Int
    /// What is wrong and, where that is known, how to mend it; one line, without a full stop.
    package let message: String

    package init(severity: Severity, line: Int, column: Int, message: String) {
        self.severity = severity
        self.line = line
        self.column = column
        self.message = message
    }

    /// The line that compilers print and editors jump from: `FILE:LINE:COLUMN: error: MESSAGE`.
    package func render(file: String) -> String {
        "\(file):\(line):\(column): \(severity.rawValue): \(message)"
    }
}
