import JSON

/// What operators make of values.
extension ExpressionEvaluator {
    /// Of numbers, by value: 1 is 1.0. Depth is that of JSON, which is bounded.
    func areEqual(_ one: JSONValue, _ other: JSONValue, _ offset: Int) throws(ExpressionError) -> Bool {
        try budget.charge(ExpressionBudget.element, at: offset)
        switch (one, other) {
        case (.integer(let whole), .decimal(let number)), (.decimal(let number), .integer(let whole)):
            return Int(exactly: number) == whole
        case (.bigInteger, .decimal), (.decimal, .bigInteger): return one.number == other.number
        case (.string(let left), .string(let right)):
            try budget.charge(min(left.utf8.count, right.utf8.count), at: offset)
            return left == right
        case (.list(let left), .list(let right)):
            guard left.count == right.count else { return false }
            for (one, other) in zip(left, right) {
                guard try areEqual(one, other, offset) else { return false }
            }
            return true
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            for (name, value) in left {
                guard let other = right[name], try areEqual(value, other, offset) else { return false }
            }
            return true
        default: return one == other
        }
    }

    func order(_ one: JSONValue, _ other: JSONValue, _ offset: Int) throws(ExpressionError) -> Int {
        if case (.integer(let left), .integer(let right)) = (one, other) {
            return left < right ? -1 : left == right ? 0 : 1
        }
        if let left = one.number, let right = other.number { return left < right ? -1 : left == right ? 0 : 1 }
        if case (.string(let left), .string(let right)) = (one, other) {
            try budget.charge(min(left.utf8.count, right.utf8.count), at: offset)
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars) ? -1 : left == right ? 0 : 1
        }
        throw ExpressionError("\(one.kindName) and \(other.kindName) have no order", offset: offset)
    }

    func contains(_ whole: JSONValue, _ part: JSONValue, _ offset: Int) throws(ExpressionError) -> Bool {
        switch (whole, part) {
        case (.string(let text), .string(let piece)):
            try budget.charge(text.utf8.count, at: offset)
            return TextSearch.contains(text, piece)
        case (.list(let elements), _):
            for element in elements {
                if try areEqual(element, part, offset) { return true }
            }
            return false
        case (.object(let members), .string(let name)): return members[name] != nil
        case (.null, _): return false
        default: throw ExpressionError("\(whole.kindName) cannot contain \(part.kindName)", offset: offset)
        }
    }

    func add(_ one: JSONValue, _ other: JSONValue, _ offset: Int) throws(ExpressionError) -> JSONValue {
        switch (one, other) {
        case (.string, .list), (.string, .object), (.list, .string), (.object, .string): break
        case (.string, _), (_, .string):
            let (left, right) = (one.splicedText, other.splicedText)
            try budget.charge(left.utf8.count + right.utf8.count, at: offset)
            return .string(left + right)
        case (.list(let left), .list(let right)):
            try budget.charge((left.count + right.count) * ExpressionBudget.element, at: offset)
            return .list(left + right)
        default: break
        }
        return try arithmetic(one, other, offset, { $0.addingReportingOverflow($1) }, +)
    }

    func subtract(_ one: JSONValue, _ other: JSONValue, _ offset: Int) throws(ExpressionError) -> JSONValue {
        try arithmetic(one, other, offset, { $0.subtractingReportingOverflow($1) }, -)
    }

    func arithmetic(
        _ one: JSONValue, _ other: JSONValue, _ offset: Int,
        _ whole: (Int, Int) -> (partialValue: Int, overflow: Bool), _ decimal: (Double, Double) -> Double
    ) throws(ExpressionError) -> JSONValue {
        if case (.integer(let left), .integer(let right)) = (one, other) {
            let (result, overflow) = whole(left, right)
            guard !overflow else { throw ExpressionError("the number is too large", offset: offset) }
            return .integer(result)
        }
        guard let left = one.number, let right = other.number else {
            throw ExpressionError("\(one.kindName) and \(other.kindName) are no numbers to reckon with", offset: offset)
        }
        let result = decimal(left, right)
        guard result.isFinite else { throw ExpressionError("the number is too large", offset: offset) }
        return .decimal(result)
    }

    func divide(
        _ one: JSONValue, _ other: JSONValue, _ offset: Int, remainder: Bool
    ) throws(ExpressionError) -> JSONValue {
        guard other.number != 0 else { throw ExpressionError("division by zero", offset: offset) }
        if case (.integer(let left), .integer(let right)) = (one, other) {
            let (rest, overflow) = left.remainderReportingOverflow(dividingBy: right)
            guard !overflow else { throw ExpressionError("the number is too large", offset: offset) }
            if remainder { return .integer(rest) }
            if rest == 0 { return .integer(left / right) }
        }
        guard let left = one.number, let right = other.number else {
            throw ExpressionError("\(one.kindName) and \(other.kindName) are no numbers to reckon with", offset: offset)
        }
        let result = remainder ? left.truncatingRemainder(dividingBy: right) : left / right
        guard result.isFinite else { throw ExpressionError("the number is too large", offset: offset) }
        return .decimal(result)
    }
}
