import Yams

/// YAML text → the root of its one document, within bounds. What is wrong goes to `findings`.
struct DocumentReader {
    let findings: Findings
    /// What is said of a text without a document; `nil`: nothing, it may be empty.
    var emptyFault: String? = "the file is empty; a workflow needs 'steps'"

    /// `nil` when there is nothing to read on with; an error was reported then.
    func root() -> Node? {
        let text = findings.source.text
        ParserLimits.set()
        if let fault = DirectiveCheck.fault(in: text) ?? ParserLimits.fault(in: text) {
            findings.error(fault.message, at: findings.source.original(line: fault.line, column: fault.column))
            return nil
        }
        let aliases = AliasText(text)
        if let (message, line, column) = aliases.fault {
            findings.error(message, at: findings.source.original(line: line, column: column))
            return nil
        }
        guard let hidden = aliases.hidden else { return checked(compose(text), hasAliases: false)?.root }
        guard let outline = checked(compose(hidden), hasAliases: false) else { return nil }
        return checked(compose(AliasText.shown(outline.text)), hasAliases: true)?.root
    }

    private struct Document {
        let root: Node
        /// What it was composed from.
        let text: String
    }

    private func checked(_ document: Document?, hasAliases: Bool) -> Document? {
        guard let document else { return nil }
        var check = SizeCheck(hasAliases: hasAliases)
        guard let (message, mark) = check.fault(in: document.root) else { return document }
        findings.error(message, at: findings.place(mark))
        return nil
    }

    /// Yams stops at the first mapping that has a key twice. To report the faults after it as well, the second
    /// of the two is masked by a key that nobody writes, and the text is read again: up to 20 times, and fewer for
    /// a text that takes long.
    private func compose(_ original: String) -> Document? {
        var text = original
        // Yams keeps a pointer into the text, which a string short enough to be stored inline does not have.
        if text.utf8.count < 16 { text += String(repeating: "\n", count: 16) }
        for attempt in 0..<max(1, min(20, 4 * 1024 * 1024 / text.utf8.count)) {
            do {
                // Without rules of tag resolution: scalars are taken as written, and each rule is a regular
                // expression for every key.
                if let root = try Yams.compose(yaml: text, .basic) { return Document(root: root, text: text) }
                if let emptyFault { findings.error(emptyFault, at: Place(line: 1, column: 1)) }
                return nil
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let key = DuplicateKey(name: keys.first ?? "", first: context.mark)
                guard let masked = report(key, in: text, attempt: attempt) else { return nil }
                text = masked
            } catch {
                report(error)
                return nil
            }
        }
        return nil
    }

    /// - Returns: the text with the key's second occurrence masked; `nil` if it cannot be told where that is.
    private func report(_ key: DuplicateKey, in text: String, attempt: Int) -> String? {
        let first = findings.place(key.first)
        guard let second = key.masked(in: text, number: attempt) else {
            findings.error("the key \(quoted(key.name)) is given twice in this mapping", at: first)
            return nil
        }
        let message = "the key \(quoted(key.name)) is given twice in this mapping, first in line \(first.line)"
        findings.error(message, at: findings.source.original(line: second.line, column: second.column))
        findings.maskedKeys.insert(second.mask)
        return second.text
    }

    private func report(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            report(problem, context, at: mark)
        case .composer(_, let problem, let mark, _):
            let message =
                problem.contains("another document")
                ? "a second document begins here; a file holds one workflow"
                : "this alias has no anchor of its name before it"
            findings.error(message, at: findings.place(mark))
        default:
            findings.error("the text cannot be read as YAML: \(error)", at: Place(line: 1, column: 1))
        }
    }

    private func report(_ problem: String, _ context: YamlError.Context?, at mark: Mark) {
        if problem.hasPrefix("Maximum nesting level") {
            findings.error(SizeCheck.tooDeep, at: findings.place(mark))
            return
        }
        var message = "this is not YAML: \(problem)"
        if let context {
            let place = findings.place(context.mark)
            let text = context.text.trimmingSuffix(" ")
            message += ", \(text) that begins in line \(place.line), column \(place.column)"
        }
        findings.error(message, at: findings.place(mark))
    }
}

extension Findings {
    /// Where a node of the expanded text is in the original.
    func place(_ mark: Mark?) -> Place {
        source.original(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: Character) -> String {
        var text = self
        while text.last == suffix { text.removeLast() }
        return text
    }
}
