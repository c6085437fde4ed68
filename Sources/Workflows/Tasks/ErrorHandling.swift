import Yams

/// `error_handling`: what becomes of the other tasks when one has failed, and what is said.
struct ErrorHandling {
    enum Action: String, CaseIterable {
        /// The others go on; only those that depend on the failed one are skipped.
        case `continue`
        /// What runs is finished, nothing else is started.
        case stop
        /// What runs is cancelled as well.
        case fail
    }

    /// `nil`: as the mode of execution has it.
    var action: Action?
    var isRetryAllowed = false
    var messages = FailureMessages()

    private static let keys = ["one_task_failure", "all_tasks_failed"]
    private static let caseKeys = ["action", "message", "retry_allowed"]

    init() {}

    init(reading field: Field) {
        let findings = field.findings
        guard let section = Section(field.value, title: "'error_handling'", keys: Self.keys, findings: findings) else {
            return
        }
        if let one = Self.section("one_task_failure", of: section) {
            action = one["action"].flatMap(Self.action)
            messages.oneFailed = one.text("message")
            isRetryAllowed = one.flag("retry_allowed") ?? false
        }
        if let all = Self.section("all_tasks_failed", of: section) {
            if let field = all["action"], Self.action(field) == .continue {
                findings.warning(
                    "a run whose tasks have all failed is failed; 'continue' changes nothing", at: field.place)
            }
            messages.allFailed = all.text("message")
            isRetryAllowed = all.flag("retry_allowed") ?? isRetryAllowed
        }
    }

    /// How a task of which the file does not say it treats the others when it fails.
    ///
    /// - Parameter isParallel: tasks run beside one another; then a failure stops no other, one after another it does.
    func isolatesErrors(isParallel: Bool) -> Bool? {
        switch action {
        case .continue?: true
        case .stop?: nil
        case .fail?: false
        case nil: isParallel ? true : nil
        }
    }

    private static func section(_ key: String, of section: Section) -> Section? {
        section[key].flatMap {
            Section($0.value, title: "'\(key)' of 'error_handling'", keys: caseKeys, findings: section.findings)
        }
    }

    private static func action(_ field: Field) -> Action? {
        guard let text = field.nonEmptyText() else { return nil }
        if let action = Action(rawValue: text) { return action }
        let hint = field.findings.hint(for: text, among: Action.allCases.map(\.rawValue))
        field.findings.error(
            "\(field.title) is 'continue', 'stop' or 'fail', not \(quoted(text))\(hint)", at: field.place)
        return nil
    }
}
