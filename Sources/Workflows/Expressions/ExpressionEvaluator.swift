package import JSON

extension Expression {
    package func evaluate(in scope: some ExpressionScope) throws(ExpressionError) -> JSONValue {
        do throws(ExpressionError) {
            return try ExpressionEvaluator(scope: scope).value(root)
        } catch {
            throw error.located(in: source, at: place)
        }
    }

    /// Whether the value counts as true: anything but null, false, 0 and the empty text.
    package func isTrue(in scope: some ExpressionScope) throws(ExpressionError) -> Bool {
        try evaluate(in: scope).isTrue
    }
}

extension JSONValue {
    /// As conditions take it: null, false, 0 and the empty text are not.
    package var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let flag): flag
        case .integer(let number): number != 0
        case .bigInteger: true
        case .decimal(let number): number != 0
        case .string(let text): !text.isEmpty
        case .list, .object: true
        }
    }
}

struct ExpressionEvaluator<Scope: ExpressionScope> {
    let scope: Scope
    let budget: ExpressionBudget

    init(scope: Scope, budget: ExpressionBudget = ExpressionBudget()) {
        self.scope = scope
        self.budget = budget
    }

    func value(_ node: Expression.Node) throws(ExpressionError) -> JSONValue {
        switch node {
        case .literal(let literal, _): return literal.value
        case .list(let elements, _):
            return .list(try self.values(elements))
        case .root(let name, let offset): return try root(name, offset)
        case .member(.root("memory", _), let name, let offset): return try remembered(name, offset)
        case .index(.root("memory", _), let index, let offset):
            return try remembered(try value(index).splicedText, offset)
        case .member(let base, let name, let offset):
            if let step = try step(of: base) { return try fact(name, of: step.id, step.offset, offset) }
            if let step = try step(of: node) { return try wholeStep(step.id, step.offset) }
            return try member(name, of: try value(base), offset)
        case .index(let base, let index, let offset):
            if let step = try step(of: base) {
                return try fact(try value(index).splicedText, of: step.id, step.offset, offset)
            }
            if let step = try step(of: node) { return try wholeStep(step.id, step.offset) }
            let base = try value(base)
            return try element(try value(index), of: base, offset)
        case .call(let function, let arguments, let offset): return try call(function, arguments, offset)
        case .not(let operand, _): return .bool(!(try value(operand).isTrue))
        case .negative(let operand, let offset): return try subtract(.integer(0), try value(operand), offset)
        case .binary(let infix, let one, let other, let offset): return try binary(infix, one, other, offset)
        }
    }

    private func values(_ nodes: [Expression.Node]) throws(ExpressionError) -> [JSONValue] {
        var values: [JSONValue] = []
        for node in nodes { values.append(try value(node)) }
        return values
    }

    // MARK: Data

    /// `steps.ID`, written with a dot or with brackets; `nil`: anything else.
    private func step(of node: Expression.Node) throws(ExpressionError) -> (id: String, offset: Int)? {
        switch node {
        case .member(.root(let root, let offset), let name, _) where Expression.Node.areSteps(root):
            return (Expression.Node.stepName(root, name), offset)
        case .index(.root(let root, let offset), let index, _) where Expression.Node.areSteps(root):
            switch try value(index) {
            case .string(let name): return (Expression.Node.stepName(root, name), offset)
            case .integer(let number) where root == "tasks": return ("task_\(number)", offset)
            default: throw ExpressionError("the id of a step is a text", offset: offset)
            }
        default: return nil
        }
    }

    private func root(_ name: String, _ offset: Int) throws(ExpressionError) -> JSONValue {
        if let value = try scope.value(of: name) { return value }
        throw ExpressionError("there is no \(quoted(name)) here", offset: offset, isMissing: true)
    }

    /// One value of the memory, which is never read as a whole for it.
    private func remembered(_ name: String, _ offset: Int) throws(ExpressionError) -> JSONValue {
        if let value = try scope.memory(name) { return value }
        throw ExpressionError(
            "there is no value \(quoted(name)) in the memory; '??' gives another value", offset: offset, isMissing: true
        )
    }

    private func wholeStep(_ id: String, _ offset: Int) throws(ExpressionError) -> JSONValue {
        let facts = try facts(of: id, offset)
        var members: [String: JSONValue] = ["state": .string(facts.state)]
        if let code = facts.exitCode { members["exitCode"] = .integer(code) }
        if let error = facts.error { members["error"] = .string(error) }
        if let result = facts.result { members["result"] = result }
        return .object(members)
    }

    private func facts(of id: String, _ offset: Int) throws(ExpressionError) -> StepFacts {
        guard let facts = try scope.step(id) else {
            throw ExpressionError("there is no step \(quoted(id)) here", offset: offset, isMissing: true)
        }
        return facts
    }

    private func fact(
        _ name: String, of id: String, _ offset: Int, _ place: Int
    ) throws(ExpressionError) -> JSONValue {
        let facts = try facts(of: id, offset)
        switch name {
        case "state": return .string(facts.state)
        case "exitCode": return facts.exitCode.map { .integer($0) } ?? .null
        case "error": return facts.error.map { .string($0) } ?? .null
        case "result":
            if let result = facts.result { return result }
            let reason: String =
                switch facts.state {
                case "succeeded": "left no result"
                case "skipped":
                    "was skipped, so it has no result; 'steps.\(id).state' tells, and '??' gives another value"
                case "failed": "failed, so it has no result"
                case "cancelled": "was cancelled, so it has no result"
                default: "has not ended, so it has no result yet"
                }
            throw ExpressionError("step \(quoted(id)) \(reason)", offset: offset, isMissing: true)
        default:
            throw ExpressionError(
                "a step has 'result', 'state', 'exitCode' and 'error', not \(quoted(name))", offset: place)
        }
    }

    private func member(_ name: String, of base: JSONValue, _ offset: Int) throws(ExpressionError) -> JSONValue {
        switch base {
        case .object(let members):
            if let value = members[name] { return value }
            try budget.charge(members.count * ExpressionBudget.element, at: offset)
            let known = members.keys.sorted().prefix(10).map { quoted($0) }.joined(separator: ", ")
            let advice = members.isEmpty ? "the object is empty" : "it has \(known)\(members.count > 10 ? ", …" : "")"
            throw ExpressionError("there is no member \(quoted(name)); \(advice)", offset: offset, isMissing: true)
        case .list:
            guard let index = Int(name) else {
                throw ExpressionError("a list has no member \(quoted(name)); write [0] for its first", offset: offset)
            }
            return try element(.integer(index), of: base, offset)
        default:
            throw ExpressionError(
                "\(base.kindName) has no member \(quoted(name))", offset: offset, isMissing: base == .null)
        }
    }

    private func element(
        _ index: JSONValue, of base: JSONValue, _ offset: Int
    ) throws(ExpressionError) -> JSONValue {
        switch (base, index) {
        case (.object, .string(let name)): return try member(name, of: base, offset)
        case (.list(let elements), .integer(let index)):
            let position = index < 0 ? elements.count + index : index
            guard elements.indices.contains(position) else {
                throw ExpressionError(
                    "there is no element \(index) in a list of \(elements.count)", offset: offset, isMissing: true)
            }
            return elements[position]
        default:
            throw ExpressionError(
                "\(base.kindName) has no element \(index.text)", offset: offset, isMissing: base == .null)
        }
    }

    // MARK: Operators

    private func binary(
        _ infix: Expression.Operator, _ one: Expression.Node, _ other: Expression.Node, _ offset: Int
    ) throws(ExpressionError) -> JSONValue {
        switch infix {
        case .coalesce:
            do throws(ExpressionError) {
                let left = try value(one)
                if left != .null { return left }
            } catch {
                guard error.isMissing else { throw error }
            }
            return try value(other)
        case .and:
            let left = try value(one)
            return left.isTrue ? try value(other) : left
        case .or:
            let left = try value(one)
            return left.isTrue ? left : try value(other)
        default: break
        }
        let (left, right) = (try value(one), try value(other))
        switch infix {
        case .equal: return .bool(try areEqual(left, right, offset))
        case .different: return .bool(try !areEqual(left, right, offset))
        case .less: return .bool(try order(left, right, offset) < 0)
        case .atMost: return .bool(try order(left, right, offset) <= 0)
        case .greater: return .bool(try order(left, right, offset) > 0)
        case .atLeast: return .bool(try order(left, right, offset) >= 0)
        case .contains: return .bool(try contains(left, right, offset))
        case .plus: return try add(left, right, offset)
        case .minus: return try subtract(left, right, offset)
        case .times: return try arithmetic(left, right, offset, { $0.multipliedReportingOverflow(by: $1) }, *)
        case .divided, .modulo: return try divide(left, right, offset, remainder: infix == .modulo)
        case .coalesce, .and, .or: return .null
        }
    }

    private func call(
        _ function: String, _ arguments: [Expression.Node], _ offset: Int
    ) throws(ExpressionError) -> JSONValue {
        switch function {
        case "if": return try value(arguments[0]).isTrue ? try value(arguments[1]) : try value(arguments[2])
        case "default": return try binary(.coalesce, arguments[0], arguments[1], offset)
        case "success", "failure", "always":
            guard let value = try scope.value(of: "\(function)()") else {
                throw ExpressionError("'\(function)()' means nothing here", offset: offset)
            }
            return value
        default: break
        }
        let values = try values(arguments)
        if function == "contains" { return .bool(try contains(values[0], values[1], offset)) }
        return try ExpressionFunctions(name: function, offset: offset, budget: budget).call(values)
    }
}
