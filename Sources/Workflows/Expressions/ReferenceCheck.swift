/// What the expressions of a checked workflow read: whether it can be there.
///
/// In a Conductor definition what cannot be read is null, so there everything is a warning.
struct ReferenceCheck {
    private let workflow: Workflow
    private let findings: Findings
    private let inputs: Set<String>
    /// Variables that steps set.
    private let variables: Set<String>
    /// Steps may join the run that are not in the file.
    private let isOpen: Bool

    static let roots = ["steps", "tasks", "inputs", "env", "vars", "memory", "run"]
    private static let localRoots = ["matrix", "item", "index", "iteration"]
    private static let dependencyRoots: Set = ["success()", "failure()", "always()"]
    private static let facts = ["result", "state", "exitCode", "error"]

    init(workflow: Workflow, findings: Findings) {
        self.workflow = workflow
        self.findings = findings
        inputs = Set(workflow.inputs.map(\.name))
        var variables: Set<String> = []
        var isOpen = false
        // Depth is bounded by the reader.
        func visit(_ steps: [Step]) {
            for step in steps {
                switch step.action {
                case .set(let values): variables.formUnion(values.keys)
                case .dynamic: isOpen = true
                case .agent(let call): isOpen = isOpen || call.isPlanner
                default: visit(step.action.nested)
                }
            }
        }
        visit(workflow.steps)
        self.variables = variables
        self.isOpen = isOpen
    }

    func report() {
        check(ReferenceScope(workflow.steps), within: [], ReferenceLocals())
        let over = ReferenceScope(workflow.steps, isOver: true)
        for steps in [workflow.handlers.success, workflow.handlers.failure, workflow.handlers.always] {
            check(ReferenceScope(steps), within: [over], ReferenceLocals())
        }
        let start = Place(line: 1, column: 1)
        var locals = ReferenceLocals(hasDependencies: false)
        for expression in workflow.output?.expressions ?? [] {
            check(expression, of: Reader("'output' of the workflow", start, [over], locals))
        }
        locals.checksRoots = false
        for case .expression(let expression) in workflow.criteria {
            check(expression, of: Reader("a criterion", start, [over], locals))
        }
        for expression in Template.expressions(of: workflow.environment) {
            check(expression, of: Reader("'env' of the workflow", start, [], ReferenceLocals()))
        }
    }

    // MARK: Where expressions stand

    /// Who reads: where it is, what it sees.
    private struct Reader {
        let title: String
        let place: Place
        /// From the outermost; empty: no step can be read.
        let scopes: [ReferenceScope]
        let locals: ReferenceLocals

        init(_ title: String, _ place: Place, _ scopes: [ReferenceScope], _ locals: ReferenceLocals) {
            self.title = title
            self.place = place
            self.scopes = scopes
            self.locals = locals
        }
    }

    private func check(_ scope: ReferenceScope, within outer: [ReferenceScope], _ locals: ReferenceLocals) {
        let scopes = outer + [scope]
        for (number, step) in scope.steps.enumerated() {
            scope.current = number
            let title = "step \(quoted(step.id))"
            for expression in step.fanOut?.expressions ?? [] {
                check(expression, of: Reader(title, step.place, scopes, locals))
            }
            let inner = locals.within(step.fanOut)
            for expression in step.ownExpressions { check(expression, of: Reader(title, step.place, scopes, inner)) }
            switch step.action {
            case .group(let steps): check(ReferenceScope(steps), within: scopes, inner)
            case .loop(let loop):
                let round = ReferenceScope(loop.steps, isLoop: true)
                check(round, within: scopes, inner.withinLoop)
                // Asked when all steps of a round have ended.
                round.current = nil
                check(
                    loop.condition,
                    of: Reader("'while' of \(title)", step.place, scopes + [round], inner.withinLoop))
            default: break
            }
        }
        report(scope)
    }

    private func report(_ scope: ReferenceScope) {
        for (reading, isReversed) in scope.unrelated() {
            let (reader, name) = (reading.reader, quoted(reading.name))
            let target = scope.steps[reading.target].id
            if isReversed {
                say("\(reader) reads step \(name), which waits for it", at: reading.place)
            } else if scope.isLoop {
                findings.warning(
                    "\(reader) reads step \(name) of the round before; the first round has none, for which '??' gives "
                        + "another value, and to wait for it in each round add it to 'dependsOn'", at: reading.place)
            } else {
                let waiting = scope.steps[reading.node].id
                let of = reader == "step \(quoted(waiting))" ? "its 'dependsOn'" : "'dependsOn' of \(quoted(waiting))"
                say(
                    "\(reader) reads step \(name) without waiting for it; add \(quoted(target)) to \(of)",
                    at: reading.place)
            }
        }
    }

    private func say(_ message: String, at place: Place) {
        if workflow.dialect == .conductor {
            findings.warning(message, at: place)
        } else {
            findings.error(message, at: place)
        }
    }

    // MARK: One reference

    private func check(_ expression: Expression, of reader: Reader) {
        for reference in expression.references {
            let place = expression.place(at: reference.offset) ?? reader.place
            switch reference.root {
            case "steps", "tasks":
                if let fact = reference.fact, !Self.facts.contains(fact) {
                    let known = "a step has 'result', 'state', 'exitCode' and 'error', not \(quoted(fact))"
                    say(
                        "\(reader.title): \(known)\(findings.hint(for: fact, among: Self.facts))",
                        at: expression.place(at: reference.factOffset) ?? reader.place)
                }
                if let name = reference.name { check(step: name, at: place, of: reader) }
            case "inputs":
                guard let name = reference.name, !inputs.contains(name) else { break }
                let hint = findings.hint(for: name, among: workflow.inputs.lazy.map(\.name))
                let advice = hint.isEmpty ? "; declare it under 'inputs'" : hint
                say("\(reader.title) reads input \(quoted(name)), which the workflow does not have\(advice)", at: place)
            case "vars":
                guard let name = reference.name, !variables.contains(name), !isOpen, workflow.dialect != .conductor
                else { break }
                let hint = findings.hint(for: name, among: variables.sorted())
                findings.warning("\(reader.title) reads variable \(quoted(name)), which no step sets\(hint)", at: place)
            default: if let fault = fault(in: reference, reader.locals) { say("\(reader.title) \(fault)", at: place) }
            }
        }
    }

    /// Why there is no such root where the reader stands; `nil`: there is.
    private func fault(in reference: Expression.Reference, _ locals: ReferenceLocals) -> String? {
        let name = quoted(reference.root)
        switch reference.root {
        case "item", "index":
            return locals.hasItem ? nil : "reads \(name), which only a step with 'foreach', and what is within it, has"
        case "iteration": return locals.hasIteration ? nil : "reads \(name), which only steps of a loop have"
        case "matrix":
            guard let axes = locals.axes else {
                return "reads \(name), which only a step with 'matrix', and what is within it, has"
            }
            guard let axis = reference.name, !axes.contains(axis) else { return nil }
            return
                "reads \(quoted(axis)), which is no axis of its matrix\(findings.hint(for: axis, among: axes.sorted()))"
        case let root where Self.dependencyRoots.contains(root):
            return locals.hasDependencies ? nil : "asks \(name), which is about the dependencies of a step"
        case let root where Self.roots.contains(root) || !locals.checksRoots: return nil
        case let root:
            let hint = findings.hint(for: root, among: Self.roots + Self.localRoots)
            let advice = hint.isEmpty ? "; there are \(Self.roots.joined(separator: ", ")), and texts in quotes" : hint
            return "reads \(name), which is nothing that expressions know\(advice)"
        }
    }

    // MARK: Steps

    private func check(step name: String, at place: Place, of reader: Reader) {
        guard !reader.scopes.isEmpty else {
            return say("\(reader.title) cannot read a step: it is the same for every step", at: place)
        }
        for scope in reader.scopes.reversed() {
            if let number = scope.number(of: name) { return note(number, name, in: scope, at: place, of: reader) }
        }
        for scope in reader.scopes.reversed() {
            guard let container = scope.container(of: name) else { continue }
            guard !container.isCopied else {
                let id = quoted(scope.steps[container.number].id)
                return say(
                    "\(reader.title) reads step \(quoted(name)), of which there are several copies within \(id); "
                        + "read the result of \(id), which lists theirs", at: place)
            }
            return note(container.number, name, in: scope, at: place, of: reader)
        }
        let ids = reader.scopes.reversed().lazy.flatMap { $0.steps.lazy.map(\.id) }
        let hint = findings.hint(for: name, among: ids)
        let fault = "\(reader.title) reads step \(quoted(name)), which is not a step of this workflow\(hint)"
        if isOpen { findings.warning(fault, at: place) } else { say(fault, at: place) }
    }

    /// Remembers a reading for when all of the scope's are known.
    private func note(_ number: Int, _ name: String, in scope: ReferenceScope, at place: Place, of reader: Reader) {
        guard !scope.isOver, let current = scope.current else { return }
        guard number != current else {
            let isItself = scope === reader.scopes.last
            guard !(isItself && scope.isLoop) else { return }
            return say(
                isItself
                    ? "\(reader.title) reads itself, before it has ended"
                    : "\(reader.title) reads step \(quoted(name)), which ends only after it", at: place)
        }
        scope.readings.append(
            .init(node: current, target: number, reader: reader.title, name: name, place: place))
    }
}
