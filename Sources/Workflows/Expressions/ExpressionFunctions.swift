import JSON

/// The functions that expressions may call.
enum ExpressionFunctions {
    /// How many arguments each takes.
    private static let arities: [String: ClosedRange<Int>] = [
        "contains": 2...2, "length": 1...1, "startsWith": 2...2, "endsWith": 2...2, "lower": 1...1, "upper": 1...1,
        "trim": 1...1, "split": 2...2, "join": 1...2, "keys": 1...1, "values": 1...1, "range": 1...2, "min": 1...64,
        "max": 1...64, "number": 1...1, "string": 1...1, "fromJSON": 1...1, "toJSON": 1...1, "if": 3...3,
        "default": 2...2, "success": 0...0, "failure": 0...0, "always": 0...0, "replace": 3...3,
        "object": 0...1024, "asObject": 1...1,
    ]
    private static let longestRange = 100_000

    static func check(_ name: String, arguments: Int, at offset: Int) throws(ExpressionError) {
        guard let arity = arities[name] else {
            var suggestions = Suggestions()
            let near = suggestions.nearest(to: name, among: arities.keys.sorted())
            let hint = near.map { "; did you mean \(quoted($0))?" } ?? ""
            throw ExpressionError("there is no function \(quoted(name))\(hint)", offset: offset)
        }
        guard arity.contains(arguments) else {
            let count =
                arity.count == 1 ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
            throw ExpressionError("'\(name)' takes \(count) arguments, not \(arguments)", offset: offset)
        }
    }

    /// - Parameter values: as many as `check` let through.
    static func call(_ name: String, _ values: [JSONValue], _ offset: Int) throws(ExpressionError) -> JSONValue {
        switch name {
        case "length": return .integer(try length(values[0], offset))
        case "startsWith": return .bool(try text(values[0], name, offset).hasPrefix(try text(values[1], name, offset)))
        case "endsWith": return .bool(try text(values[0], name, offset).hasSuffix(try text(values[1], name, offset)))
        case "lower": return .string(try text(values[0], name, offset).lowercased())
        case "upper": return .string(try text(values[0], name, offset).uppercased())
        case "trim": return .string(trimmed(try text(values[0], name, offset)))
        case "split":
            let separator = try text(values[1], name, offset)
            guard !separator.isEmpty else { throw ExpressionError("'split' needs a separator", offset: offset) }
            return .list(
                try text(values[0], name, offset).split(separator: separator, omittingEmptySubsequences: false).map {
                    .string(String($0))
                })
        case "replace":
            let part = try text(values[1], name, offset)
            guard !part.isEmpty else { throw ExpressionError("'replace' needs something to replace", offset: offset) }
            return .string(try text(values[0], name, offset).replacing(part, with: try text(values[2], name, offset)))
        case "object": return try object(of: values, offset)
        case "asObject":
            switch values[0] {
            case .object: return values[0]
            case .null: return .object([:])
            default: return .object(["result": values[0]])
            }
        case "join":
            let separator = values.count > 1 ? try text(values[1], name, offset) : ","
            return .string(try list(values[0], name, offset).map(\.splicedText).joined(separator: separator))
        case "keys": return .list(try object(values[0], name, offset).keys.sorted().map { .string($0) })
        case "values":
            return .list(try object(values[0], name, offset).sorted { $0.key < $1.key }.map(\.value))
        case "range": return try range(values, offset)
        case "min", "max": return try extreme(values, isMax: name == "max", offset)
        case "number": return try number(values[0], offset)
        case "string": return .string(values[0].splicedText)
        case "toJSON": return .string(values[0].text)
        case "fromJSON":
            let json = try text(values[0], name, offset)
            do throws(JSONError) {
                return try JSONValue(parsing: json)
            } catch {
                throw ExpressionError("'fromJSON': \(error)", offset: offset)
            }
        default: throw ExpressionError("there is no function \(quoted(name))", offset: offset)
        }
    }

    private static func text(_ value: JSONValue, _ name: String, _ offset: Int) throws(ExpressionError) -> String {
        if let text = value.string { return text }
        throw ExpressionError("'\(name)' takes a text, not \(value.kindName)", offset: offset)
    }

    private static func list(
        _ value: JSONValue, _ name: String, _ offset: Int
    ) throws(ExpressionError) -> [JSONValue] {
        if let list = value.list { return list }
        throw ExpressionError("'\(name)' takes a list, not \(value.kindName)", offset: offset)
    }

    private static func object(
        _ value: JSONValue, _ name: String, _ offset: Int
    ) throws(ExpressionError) -> [String: JSONValue] {
        if let members = value.object { return members }
        throw ExpressionError("'\(name)' takes an object, not \(value.kindName)", offset: offset)
    }

    /// `object('name', value, 'other', value)`.
    private static func object(of values: [JSONValue], _ offset: Int) throws(ExpressionError) -> JSONValue {
        guard values.count.isMultiple(of: 2) else {
            throw ExpressionError("'object' takes names and values in turn", offset: offset)
        }
        var members: [String: JSONValue] = [:]
        for position in stride(from: 0, to: values.count, by: 2) {
            members[try text(values[position], "object", offset)] = values[position + 1]
        }
        return .object(members)
    }

    private static func length(_ value: JSONValue, _ offset: Int) throws(ExpressionError) -> Int {
        switch value {
        case .null: return 0
        case .string(let text): return text.unicodeScalars.count
        case .list(let elements): return elements.count
        case .object(let members): return members.count
        default: throw ExpressionError("\(value.kindName) has no length", offset: offset)
        }
    }

    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// `range(3)` is 0, 1, 2; `range(1, 3)` is 1, 2, 3.
    private static func range(_ values: [JSONValue], _ offset: Int) throws(ExpressionError) -> JSONValue {
        guard let first = values[0].integer, let last = values.count > 1 ? values[1].integer : first - 1 else {
            throw ExpressionError("'range' takes whole numbers", offset: offset)
        }
        let start = values.count > 1 ? first : 0
        guard last >= start else { return .list([]) }
        let (span, overflow) = last.subtractingReportingOverflow(start)
        guard !overflow, span < longestRange else {
            throw ExpressionError("a range has at most \(longestRange) numbers", offset: offset)
        }
        return .list((start...last).map { .integer($0) })
    }

    private static func extreme(
        _ values: [JSONValue], isMax: Bool, _ offset: Int
    ) throws(ExpressionError) -> JSONValue {
        let candidates = values.count == 1 ? values[0].list ?? values : values
        var best: JSONValue?
        for candidate in candidates {
            guard let number = candidate.number else {
                throw ExpressionError(
                    "'\(isMax ? "max" : "min")' takes numbers, not \(candidate.kindName)", offset: offset)
            }
            guard let known = best?.number else {
                best = candidate
                continue
            }
            if isMax ? number > known : number < known { best = candidate }
        }
        if let best { return best }
        throw ExpressionError("'\(isMax ? "max" : "min")' of an empty list", offset: offset, isMissing: true)
    }

    private static func number(_ value: JSONValue, _ offset: Int) throws(ExpressionError) -> JSONValue {
        switch value {
        case .integer, .decimal: return value
        case .bool(let flag): return .integer(flag ? 1 : 0)
        case .string(let text):
            if let number = Int(trimmed(text)) { return .integer(number) }
            if let number = Double(trimmed(text)), number.isFinite { return .decimal(number) }
        default: break
        }
        throw ExpressionError("\(value.text) is no number", offset: offset)
    }
}
