/// What any thread may tell a runner while it works.
package struct RunnerControl: Sendable {
    private let mailbox: Mailbox

    init(_ mailbox: Mailbox) { self.mailbox = mailbox }

    /// Claims nothing more. What runs is asked to end and handed back, or, `gently`, comes to its end.
    package func drain(gently: Bool = false) { mailbox.post(.drain(isGentle: gently)) }
}

extension Runner {
    package var control: RunnerControl { RunnerControl(mailbox) }
}
