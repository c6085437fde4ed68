import Yams

/// Every task of one definition by its reference name, before any is read: expressions may name tasks that come later.
struct ConductorIndex {
    struct Entry {
        /// The id of its step.
        let id: String
        let type: String
        /// The task's own name, which for a SIMPLE task is its agent's.
        let name: String
        let inputs: [String: Field]
        /// The loop whose rounds it is part of.
        let loop: String?
        /// In the order of the text, and that of the last task within it.
        let number: Int
        var lastNumber: Int
        let place: Place
    }

    private(set) var entries: [String: Entry] = [:]
    private(set) var hasFaults = false
    /// By id in small letters.
    private var references: [String: String] = [:]
    private var count = 0
    /// The numbers of the tasks that hold up others wherever they stand, in their order.
    private var barriers: [Int] = []
    private let findings: Findings

    /// Tasks within tasks; a file's own depth is bounded, that of data is not.
    static let maximumDepth = 32

    init(_ tasks: [Node], findings: Findings) {
        self.findings = findings
        add(tasks, loop: nil, depth: 0)
    }

    subscript(reference: String) -> Entry? { entries[reference] }

    /// The place in the order of the text of the task that has the id; -1: there is none.
    func number(of id: String) -> Int {
        references[id.lowercased()].flatMap { entries[$0]?.number } ?? -1
    }

    /// How a task stands to those around it: an approval, an end or a variable within it is its own.
    func stance(of reference: String) -> ConductorOrder.Stance {
        guard let entry = entries[reference] else { return .free }
        if entry.type == "JOIN" { return .join }
        if entry.type == "WAIT" { return .barrier }
        let next = firstBarrier(from: entry.number)
        return next < barriers.count && barriers[next] <= entry.lastNumber ? .barrier : .free
    }

    private func firstBarrier(from number: Int) -> Int {
        var (low, high) = (0, barriers.count)
        while low < high {
            let middle = (low + high) / 2
            if barriers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func add(_ tasks: [Node], loop: String?, depth: Int) {
        guard depth < Self.maximumDepth else {
            if let first = tasks.first {
                report("tasks within tasks are at most \(Self.maximumDepth) deep", at: findings.place(first.mark))
            }
            return
        }
        for node in tasks { add(node, loop: loop, depth: depth) }
    }

    private mutating func add(_ node: Node, loop: String?, depth: Int) {
        guard case .mapping(let mapping) = node else { return }
        func value(_ key: String) -> Node? { mapping.first { $0.key.scalar?.string == key }?.value }
        let reference = value("taskReferenceName")?.scalar?.string
        let type = value("type")?.scalar?.string ?? "SIMPLE"
        let number = count
        count += 1
        if ["HUMAN", "TERMINATE", "SET_VARIABLE"].contains(type) { barriers.append(number) }
        if let reference, !reference.isEmpty {
            let place = findings.place(value("taskReferenceName")?.mark)
            insert(
                reference,
                Entry(
                    id: Self.id(of: reference), type: type, name: value("name")?.scalar?.string ?? reference,
                    inputs: inputs(of: value("inputParameters"), reference), loop: loop, number: number,
                    lastNumber: number, place: place))
        }
        let inner = type == "DO_WHILE" ? reference ?? loop : loop
        for key in ["forkTasks", "decisionCases", "defaultCase", "loopOver"] {
            guard let value = value(key) else { continue }
            let lists: [Node] =
                switch (key, value) {
                case ("forkTasks", .sequence(let branches)): Array(branches)
                case ("decisionCases", .mapping(let cases)): cases.map(\.value)
                default: [value]
                }
            for case .sequence(let tasks) in lists {
                add(Array(tasks), loop: key == "loopOver" ? inner : loop, depth: depth + 1)
            }
        }
        if let reference, entries[reference]?.number == number { entries[reference]?.lastNumber = count - 1 }
    }

    private mutating func insert(_ reference: String, _ entry: Entry) {
        if let known = entries[reference] {
            report(
                "the taskReferenceName \(quoted(reference)) is taken by the task in line \(known.place.line)",
                at: entry.place)
            return
        }
        guard isIdentifier(entry.id) else {
            let rule = "it becomes the id of a step, which has at most 128 characters and does not begin with '.'"
            report("the taskReferenceName \(quoted(reference)) cannot be used; \(rule)", at: entry.place)
            return
        }
        if let other = references[entry.id.lowercased()] {
            report(
                "the taskReferenceNames \(quoted(other)) and \(quoted(reference)) are too alike: "
                    + "as ids of steps they differ only in case or not at all", at: entry.place)
            return
        }
        references[entry.id.lowercased()] = reference
        entries[reference] = entry
    }

    private mutating func report(_ message: String, at place: Place) {
        hasFaults = true
        findings.error(message, at: place)
    }

    private func inputs(of node: Node?, _ reference: String) -> [String: Field] {
        guard case .mapping(let mapping)? = node else { return [:] }
        var fields: [String: Field] = [:]
        for (key, value) in mapping {
            guard case .scalar(let name) = key, !findings.maskedKeys.contains(name.string) else { continue }
            fields[name.string] = Field(
                key: name.string, keyPlace: findings.place(key.mark), value: value,
                title: "\(quoted(name.string)) in 'inputParameters' of task \(quoted(reference))", findings: findings)
        }
        return fields
    }

    /// A reference name as an id: what no id can have becomes `_`.
    static func id(of reference: String) -> String {
        String(
            String.UnicodeScalarView(
                reference.unicodeScalars.map { isIdentifier("a" + String($0)) ? $0 : "_" }))
    }
}
