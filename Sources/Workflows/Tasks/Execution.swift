import Yams

/// `execution` and `polling`: how many tasks run at once, and how a waiting command behaves.
struct Execution {
    /// `nil`: the file does not say.
    var isParallel: Bool?
    /// Tasks at once.
    var factor: Int?
    /// Of the run.
    var timeout: Duration?
    var waitsForAll = true

    private static let keys = ["mode", "parallel_allowed", "parallelization_factor", "wait_for_all", "timeout_seconds"]
    private static let pollingKeys = ["strategy", "interval_seconds", "max_attempts", "timeout_seconds"]

    init() {}

    init(reading field: Field) {
        let findings = field.findings
        guard let section = Section(field.value, title: "'execution'", keys: Self.keys, findings: findings) else {
            return
        }
        let isAllowed = section.flag("parallel_allowed")
        isParallel = section["mode"].flatMap(Self.mode) ?? (isAllowed == false ? false : nil)
        if isAllowed == false, isParallel == true, let field = section["parallel_allowed"] {
            findings.error("'parallel_allowed: false' contradicts 'mode: parallel'; give one of them", at: field.place)
        }
        factor = section.integer("parallelization_factor", in: Limits.amounts)
        timeout = section.duration("timeout_seconds")
        waitsForAll = section.flag("wait_for_all") ?? true
    }

    private static func mode(_ field: Field) -> Bool? {
        guard let text = field.nonEmptyText() else { return nil }
        switch text {
        case "parallel": return true
        case "sequential": return false
        default:
            let hint = field.findings.hint(for: text, among: ["parallel", "sequential"])
            field.findings.error(
                "\(field.title) is 'parallel' or 'sequential', not \(quoted(text))\(hint)", at: field.place)
            return nil
        }
    }

    /// What whoever watches the run does.
    static func watching(reading field: Field?) -> Watching {
        var watching = Watching()
        guard let field,
            let section = Section(field.value, title: "'polling'", keys: pollingKeys, findings: field.findings)
        else { return watching }
        // Runners wake one another, so a watcher need not choose how it asks.
        if let strategy = section["strategy"], let text = strategy.nonEmptyText(),
            !["active", "passive"].contains(text)
        {
            field.findings.warning("\(strategy.title) is \(quoted(text)), which has no effect", at: strategy.place)
        }
        watching.interval = section.duration("interval_seconds")
        watching.attempts = section.integer("max_attempts", in: Limits.amounts)
        watching.timeout = section.duration("timeout_seconds")
        return watching
    }
}
