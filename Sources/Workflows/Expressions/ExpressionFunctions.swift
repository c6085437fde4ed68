import JSON

/// The functions that expressions may call: one call of one of them.
struct ExpressionFunctions {
    let name: String
    /// Of the call, in bytes of the source.
    let offset: Int
    let budget: ExpressionBudget

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
    func call(_ values: [JSONValue]) throws(ExpressionError) -> JSONValue {
        switch name {
        case "length": return .integer(try length(values[0]))
        case "startsWith": return .bool(TextSearch.hasPrefix(try text(values[0]), try text(values[1])))
        case "endsWith": return .bool(TextSearch.hasSuffix(try text(values[0]), try text(values[1])))
        case "lower": return .string(try text(values[0]).lowercased())
        case "upper": return .string(try text(values[0]).uppercased())
        case "trim": return .string(trimmed(try text(values[0])))
        case "split": return try split(try text(values[0]), by: try text(values[1]))
        case "replace": return try replace(try text(values[1]), in: try text(values[0]), with: try text(values[2]))
        case "object": return try object(of: values)
        case "asObject":
            switch values[0] {
            case .object: return values[0]
            case .null: return .object([:])
            default: return .object(["result": values[0]])
            }
        case "join": return try join(try list(values[0]), with: values.count > 1 ? try text(values[1]) : ",")
        case "keys": return .list(try object(values[0]).keys.sorted().map { .string($0) })
        case "values": return .list(try object(values[0]).sorted { $0.key < $1.key }.map(\.value))
        case "range": return try range(values)
        case "min", "max": return try extreme(values)
        case "number": return try number(values[0])
        case "string": return .string(try written(values[0].splicedText(atMost: budget.left)))
        case "toJSON": return .string(try written(values[0].text(atMost: budget.left)))
        case "fromJSON":
            let json = try text(values[0])
            try budget.charge(json.utf8.count * 4, at: offset)
            do throws(JSONError) {
                return try JSONValue(parsing: json)
            } catch {
                throw fault("'fromJSON': \(error)")
            }
        default: throw fault("there is no function \(quoted(name))")
        }
    }

    private func fault(_ message: String, isMissing: Bool = false) -> ExpressionError {
        ExpressionError(message, offset: offset, isMissing: isMissing)
    }

    // MARK: Arguments, which cost what they are large

    private func text(_ value: JSONValue) throws(ExpressionError) -> String {
        guard let text = value.string else { throw fault("'\(name)' takes a text, not \(value.kindName)") }
        try budget.charge(text.utf8.count, at: offset)
        return text
    }

    private func list(_ value: JSONValue) throws(ExpressionError) -> [JSONValue] {
        guard let list = value.list else { throw fault("'\(name)' takes a list, not \(value.kindName)") }
        try budget.charge(list.count * ExpressionBudget.element, at: offset)
        return list
    }

    private func object(_ value: JSONValue) throws(ExpressionError) -> [String: JSONValue] {
        guard let members = value.object else { throw fault("'\(name)' takes an object, not \(value.kindName)") }
        try budget.charge(members.count * ExpressionBudget.element, at: offset)
        return members
    }

    /// `object('name', value, 'other', value)`.
    private func object(of values: [JSONValue]) throws(ExpressionError) -> JSONValue {
        guard values.count.isMultiple(of: 2) else { throw fault("'object' takes names and values in turn") }
        try budget.charge(values.count * ExpressionBudget.element, at: offset)
        var members: [String: JSONValue] = [:]
        for position in stride(from: 0, to: values.count, by: 2) {
            members[try text(values[position])] = values[position + 1]
        }
        return .object(members)
    }

    // MARK: Texts

    private func length(_ value: JSONValue) throws(ExpressionError) -> Int {
        switch value {
        case .null: return 0
        case .string: return try text(value).unicodeScalars.count
        case .list(let elements): return elements.count
        case .object(let members): return members.count
        default: throw fault("\(value.kindName) has no length")
        }
    }

    private func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    private func split(_ text: String, by separator: String) throws(ExpressionError) -> JSONValue {
        guard !separator.isEmpty else { throw fault("'split' needs a separator") }
        let pieces = TextSearch.count(of: separator, in: text) + 1
        try budget.charge(pieces * ExpressionBudget.element, at: offset)
        return .list(TextSearch.split(text, by: separator).map { .string($0) })
    }

    private func replace(_ piece: String, in text: String, with other: String) throws(ExpressionError) -> JSONValue {
        guard !piece.isEmpty else { throw fault("'replace' needs something to replace") }
        let count = TextSearch.count(of: piece, in: text)
        let (growth, overflow) = count.multipliedReportingOverflow(by: other.utf8.count)
        try budget.charge(overflow ? .max : growth, at: offset)
        return .string(TextSearch.split(text, by: piece).joined(separator: other))
    }

    private func join(_ elements: [JSONValue], with separator: String) throws(ExpressionError) -> JSONValue {
        var joined = ""
        for (index, element) in elements.enumerated() {
            try budget.charge(separator.utf8.count, at: offset)
            if index > 0 { joined += separator }
            joined += try written(element.splicedText(atMost: budget.left))
        }
        return .string(joined)
    }

    /// - Parameter text: `nil`: what is left of the budget does not do for it.
    private func written(_ text: String?) throws(ExpressionError) -> String {
        try budget.charge(text?.utf8.count ?? .max, at: offset)
        return text ?? ""
    }

    // MARK: Numbers

    /// `range(3)` is 0, 1, 2; `range(1, 3)` is 1, 2, 3.
    private func range(_ values: [JSONValue]) throws(ExpressionError) -> JSONValue {
        guard let first = values[0].integer, let last = values.count > 1 ? values[1].integer : first else {
            throw fault("'range' takes whole numbers")
        }
        let numbers: Range<Int>
        if values.count == 1 {
            numbers = 0..<max(0, first)
        } else {
            let (end, overflow) = last.addingReportingOverflow(1)
            guard !overflow else { throw fault("the number is too large") }
            numbers = first..<max(first, end)
        }
        let (span, overflow) = numbers.upperBound.subtractingReportingOverflow(numbers.lowerBound)
        guard !overflow, span <= Self.longestRange else {
            throw fault("a range has at most \(Self.longestRange) numbers")
        }
        try budget.charge(span * ExpressionBudget.element, at: offset)
        return .list(numbers.map { .integer($0) })
    }

    private func extreme(_ values: [JSONValue]) throws(ExpressionError) -> JSONValue {
        var best: JSONValue?
        for candidate in values.count == 1 && values[0].list != nil ? try list(values[0]) : values {
            guard let number = candidate.number else {
                throw fault("'\(name)' takes numbers, not \(candidate.kindName)")
            }
            guard let known = best?.number else {
                best = candidate
                continue
            }
            if name == "max" ? number > known : number < known { best = candidate }
        }
        if let best { return best }
        throw fault("'\(name)' of an empty list", isMissing: true)
    }

    private func number(_ value: JSONValue) throws(ExpressionError) -> JSONValue {
        switch value {
        case .integer, .bigInteger, .decimal: return value
        case .bool(let flag): return .integer(flag ? 1 : 0)
        case .string:
            let text = trimmed(try text(value))
            if let number = Int(text) { return .integer(number) }
            // Double would take words such as infinity, and hexadecimal.
            if text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text), number.isFinite
            {
                return .decimal(number)
            }
        default: break
        }
        throw fault("\(quoted(value.splicedText(atMost: 1000) ?? value.kindName)) is no number")
    }
}
