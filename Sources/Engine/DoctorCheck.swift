/// One thing that `weir doctor` looked at.
package struct DoctorCheck: Sendable {
    package enum Verdict: String, Sendable {
        case ok
        case note  // nothing is broken, and it is good to know
        case broken
    }

    package let name: String
    package let verdict: Verdict
    /// What was found, in one line.
    package let detail: String

    package init(_ name: String, _ verdict: Verdict, _ detail: String) {
        self.name = name
        self.verdict = verdict
        self.detail = detail
    }
}
