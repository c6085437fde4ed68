import Yams

/// The section `parallel` of `weir.yaml`.
struct ParallelSectionReader {
    let findings: Findings

    func read(_ field: Field) -> ParallelSection {
        var result = ParallelSection()
        if case .scalar(let scalar) = field.value, scalar.isNull { return result }
        guard
            let section = Section(
                field.value, title: "'parallel' of the configuration", keys: ParallelSection.keys,
                misplaced: ["defaultMaxConcurrency": "a workflow", "resources": "a workflow"], findings: findings)
        else { return result }
        for key in ParallelSection.keys {
            guard let field = section[key], let value = value(of: field) else { continue }
            result.entries[key] = ParallelSection.Entry(value, place: field.keyPlace)
        }
        check(result)
        return result
    }

    private func value(of field: Field) -> ParallelSection.Value? {
        switch field.key {
        case "enabled", "monitoring": field.flag().map { .flag($0) }
        case "profile": profile(field)
        case "workers": field.integer(in: ParallelSection.workers).map { .number($0) }
        case "retries": field.integer(in: ParallelSection.retries).map { .number($0) }
        case "batch_size": field.integer(in: ParallelSection.batchSizes).map { .number($0) }
        case "memory_limit":
            isNone(field)
                ? ParallelSection.Value.none : field.integer(in: ParallelSection.memoryLimits).map { .number($0) }
        default:
            isNone(field) ? ParallelSection.Value.none : field.duration().map { .number(max(1, $0.wholeMilliseconds)) }
        }
    }

    private func isNone(_ field: Field) -> Bool {
        if case .scalar(let scalar) = field.value { scalar.string == "none" } else { false }
    }

    private func profile(_ field: Field) -> ParallelSection.Value? {
        guard let name = field.nonEmptyText() else { return nil }
        guard ParallelSection.profiles.contains(name) else {
            let hint = findings.hint(for: name, among: ParallelSection.profiles)
            let known = ParallelSection.profiles.joined(separator: ", ")
            findings.error("there is no profile \(quoted(name)); there are \(known)\(hint)", at: field.place)
            return nil
        }
        return .name(name)
    }

    /// One job at a time, and several, cannot both be meant.
    private func check(_ section: ParallelSection) {
        guard section.entries["enabled"]?.value == .flag(false), let workers = section.entries["workers"],
            case .number(let count) = workers.value, count > 1
        else { return }
        findings.error(
            "'enabled: false' means one job at a time, and 'workers' is \(count); take one of them out",
            at: workers.place)
    }
}
