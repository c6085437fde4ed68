package import JSON
import Schedules
import Yams

/// The keys of a workflow that are not its steps; the dialects share them.
struct WorkflowHeadReader {
    let findings: Findings

    static let handlerKeys = ["success", "failure", "always"]
    static let scheduleKeys = ["cron", "zone", "catchUp", "overlap"]
    static let reportKeys = ["results", "file"]

    func name(_ field: Field, else fallback: String) -> String {
        guard let name = field.nonEmptyText() else { return fallback }
        if name.unicodeScalars.count > 200 || name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            findings.error("\(field.title) is one line of at most 200 characters", at: field.place)
        }
        return name
    }

    // MARK: Inputs

    static let inputKeys = ["type", "default", "required", "choices", "description"]

    func inputs(_ field: Field) -> [Input] {
        (field.entries(of: "inputs") ?? []).compactMap { entry in
            guard isIdentifier(entry.key) else {
                findings.error("\(quoted(entry.key)) cannot be the name of an input", at: entry.keyPlace)
                return nil
            }
            var input = Input(name: entry.key, place: entry.keyPlace)
            guard case .mapping(let mapping) = entry.value,
                mapping.allSatisfy({ key, _ in Self.inputKeys.contains(key.scalar?.string ?? "") }), !mapping.isEmpty
            else {
                // A plain value is the default.
                input.defaultValue = entry.json()
                if input.defaultValue == .null { input.defaultValue = nil }
                return input
            }
            if let section = Section(
                entry.value, title: "input \(quoted(entry.key))", keys: Self.inputKeys, findings: findings)
            {
                read(section, into: &input)
            }
            return input
        }
    }

    private func read(_ section: Section, into input: inout Input) {
        if let field = section["type"], let text = field.nonEmptyText() {
            if let kind = Input.Kind(rawValue: text) {
                input.kind = kind
            } else {
                let known = Input.Kind.allCases.map(\.rawValue)
                findings.error(
                    "\(field.title) is \(quoted(text)); a type is \(known.joined(separator: ", "))"
                        + findings.hint(for: text, among: known), at: field.place)
            }
        }
        input.description = section.text("description")
        input.isRequired = section.flag("required") ?? false
        input.choices = section["choices"]?.json()?.list ?? []
        input.defaultValue = section["default"]?.json()
        if input.kind == .string, let field = section["default"], case .scalar(let scalar) = field.value {
            input.defaultValue = scalar.isNull ? nil : .string(scalar.string)
        }
        if let value = input.defaultValue, let fault = input.fault(in: value), let field = section["default"] {
            findings.error("\(field.title) \(fault)", at: field.place)
        }
    }

    // MARK: Handlers, criteria

    func handlers(_ field: Field, _ reader: StepReader) -> Handlers {
        guard
            let section = Section(
                field.value, title: "'on' of the workflow", keys: Self.handlerKeys, findings: findings)
        else { return Handlers() }
        func steps(_ key: String) -> [Step] {
            (section[key]?.list(of: "steps") ?? []).enumerated().compactMap { reader.read($1, number: $0 + 1) }
        }
        return Handlers(success: steps("success"), failure: steps("failure"), always: steps("always"))
    }

    func criteria(_ field: Field) -> [Criterion] { CriterionReader(findings: findings).read(field) }

    // MARK: Schedules, reports

    func schedules(_ field: Field) -> [ScheduleEntry] {
        let nodes: [Node] = if case .sequence(let sequence) = field.value { Array(sequence) } else { [field.value] }
        return nodes.compactMap { node in
            let entry = Field(
                key: field.key, keyPlace: field.keyPlace, value: node, title: field.title, findings: findings)
            if case .scalar = node {
                return entry.nonEmptyText().map { cron in
                    check(cron, entry)
                    return ScheduleEntry(cron: cron, place: entry.place)
                }
            }
            guard
                let section = Section(
                    node, title: field.title, keys: Self.scheduleKeys, findings: findings)
            else { return nil }
            if section["cron"] == nil { section.reportMissing("cron") }
            guard let cron = section.nonEmptyText("cron") else { return nil }
            var schedule = ScheduleEntry(cron: cron, place: section["cron"]?.place ?? entry.place)
            if let field = section["cron"] { check(cron, field) }
            schedule.zone = section.nonEmptyText("zone")
            schedule.catchUp = section.duration("catchUp")
            if let overlap = section["overlap"], let text = overlap.nonEmptyText() {
                if let known = ScheduleEntry.Overlap(rawValue: text) {
                    schedule.overlap = known
                } else {
                    overlap.reject("skip, all or latest")
                }
            }
            return schedule
        }
    }

    /// A cron that cannot be, or never fires, is refused at its place in the file.
    private func check(_ cron: String, _ field: Field) {
        do throws(CronError) {
            _ = try CronExpression(cron)
        } catch {
            findings.error("\(field.title): \(error)", at: field.place)
        }
    }

    func report(_ field: Field) -> ReportSettings {
        guard let section = Section(field.value, title: field.title, keys: Self.reportKeys, findings: findings)
        else {
            return ReportSettings()
        }
        return ReportSettings(
            resultsDirectory: section.nonEmptyText("results"), reportPath: section.nonEmptyText("file"))
    }
}

extension Input {
    /// Why the value cannot be this input's; `nil`: it can.
    package func fault(in value: JSONValue) -> String? {
        let fits: Bool =
            switch (kind, value) {
            case (.any, _), (.string, .string), (.number, .integer), (.number, .decimal), (.integer, .integer),
                (.number, .bigInteger), (.integer, .bigInteger),
                (.boolean, .bool), (.list, .list), (.object, .object):
                true
            default: false
            }
        guard fits else { return "must be of type \(kind.rawValue), not \(value.kindName)" }
        if !choices.isEmpty, !choices.contains(value) {
            return "is \(value.text); it can be \(choices.map(\.text).joined(separator: ", "))"
        }
        return nil
    }
}
