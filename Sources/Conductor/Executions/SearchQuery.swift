import Jobs

/// Conductor's query: conditions joined by AND.
struct SearchQuery {
    private(set) var conditions: [ExecutionCondition] = []

    private static let columns: [String: ExecutionCondition.Column] = [
        "workflowid": .id, "workflowtype": .workflow, "workflowname": .workflow, "type": .workflow, "status": .status,
        "correlationid": .correlationID, "starttime": .createdAt, "createtime": .createdAt, "endtime": .endedAt,
        "updatetime": .updatedAt, "version": .version,
    ]

    init(_ text: String) throws(ConductorFault) {
        for part in Self.split(text, by: " and ") {
            let condition = part.trimmed
            guard !condition.isEmpty else { continue }
            conditions.append(try Self.condition(condition))
        }
    }

    private static func condition(_ text: String) throws(ConductorFault) -> ExecutionCondition {
        let name = text.prefix { $0.isLetter || $0 == "_" }
        guard let column = columns[name.lowercased()] else {
            throw ConductorFault(
                400,
                "'\(name)' cannot be searched for; there are workflowId, workflowType, status, correlationId, "
                    + "startTime, endTime, updateTime and version")
        }
        let rest = text.dropFirst(name.count).trimmed
        if rest.lowercased().hasPrefix("in") {
            let list = rest.dropFirst(2).trimmed
            guard list.hasPrefix("("), list.hasSuffix(")") else {
                throw ConductorFault(400, "IN takes a list in brackets: \(text)")
            }
            let values = split(String(list.dropFirst().dropLast()), by: ",").map { unquoted($0.trimmed) }
            return ExecutionCondition(column, .isAmong(values.filter { !$0.isEmpty }))
        }
        for sign in ["!=", ">=", "<=", "=", ">", "<"] where rest.hasPrefix(sign) {
            let value = unquoted(rest.dropFirst(sign.count).trimmed)
            return try compared(column, sign, value)
        }
        throw ConductorFault(400, "a condition is FIELD = VALUE, FIELD IN (…), FIELD > VALUE or FIELD < VALUE: \(text)")
    }

    private static func compared(
        _ column: ExecutionCondition.Column, _ sign: String, _ value: String
    ) throws(ConductorFault) -> ExecutionCondition {
        switch sign {
        case "=" where value.contains("*"): return ExecutionCondition(column, .isLike(value))
        case "=": return ExecutionCondition(column, .isAmong([value]))
        case "!=": return ExecutionCondition(column, .isNot(value))
        default:
            guard let number = Int(value) else { throw ConductorFault(400, "'\(value)' is no number of milliseconds") }
            switch sign {
            case ">": return ExecutionCondition(column, .isAbove(number))
            case ">=": return ExecutionCondition(column, .isAbove(number == .min ? number : number - 1))
            case "<": return ExecutionCondition(column, .isBelow(number))
            default: return ExecutionCondition(column, .isBelow(number == .max ? number : number + 1))
            }
        }
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    /// At every separator outside of quotes and brackets.
    private static func split(_ text: String, by separator: String) -> [String] {
        var parts = [""]
        var quote: Character?
        var depth = 0
        var rest = Substring(text)
        while let next = rest.first {
            if quote == nil, depth == 0, rest.prefix(separator.count).lowercased() == separator {
                parts.append("")
                rest = rest.dropFirst(separator.count)
                continue
            }
            if let open = quote { if next == open { quote = nil } } else if next == "'" || next == "\"" { quote = next }
            if quote == nil { depth += next == "(" ? 1 : next == ")" ? -1 : 0 }
            parts[parts.count - 1].append(next)
            rest = rest.dropFirst()
        }
        return parts
    }
}

extension StringProtocol {
    var trimmed: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
