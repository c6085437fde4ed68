import Jobs

/// A value of a JSON object.
enum JSONEntry: Decodable {
    case null, bool(Bool), integer(Int), number(Double), text(String), list([JSONEntry]), object([String: JSONEntry])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if container.decodeNil() {
            self = .null
        } else if let list = try? container.decode([JSONEntry].self) {
            self = .list(list)
        } else if let object = try? container.decode([String: JSONEntry].self) {
            self = .object(object)
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    /// A text, or a number as it would be written.
    var scalar: String? {
        switch self {
        case .text(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        default: nil
        }
    }
}

/// Reads the values of one object, and says what was wrong with them.
struct EntryReader {
    let entry: [String: JSONEntry]

    private func value(_ key: String) -> JSONEntry? {
        guard let value = entry[key] else { return nil }
        if case .null = value { return nil }
        return value
    }

    func text(_ key: String) throws -> String? {
        guard let value = value(key) else { return nil }
        guard case .text(let text) = value else { throw Failure("'\(key)' must be a text") }
        return text
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = value(key) else { return nil }
        guard case .integer(let number) = value, range.contains(number) else {
            throw Failure("'\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A text alone is a list of one.
    func list(_ key: String) throws -> [String] {
        guard let value = value(key) else { return [] }
        if let scalar = value.scalar { return [scalar] }
        guard case .list(let entries) = value else { throw Failure("'\(key)' must be a list of texts") }
        return try entries.map { entry in
            guard let scalar = entry.scalar else { throw Failure("'\(key)' must be a list of texts") }
            return scalar
        }
    }

    func texts(byName key: String) throws -> [String: String]? {
        guard let value = value(key) else { return nil }
        guard case .object(let entries) = value else { throw Failure("'\(key)' must be an object of texts") }
        return try entries.mapValues { entry in
            guard let scalar = entry.scalar else { throw Failure("'\(key)' must be an object of texts") }
            return scalar
        }
    }

    /// A name, for one unit; `NAME=N`; or an object of names and amounts.
    func amounts(_ key: String) throws -> [String: Int]? {
        guard let value = value(key) else { return nil }
        if case .text(let text) = value, let amount = PoolAmount(argument: text) { return [amount.name: amount.amount] }
        guard case .object(let entries) = value else {
            throw Failure("'\(key)' must be a name or an object of names and amounts")
        }
        return try entries.mapValues { entry in
            guard case .integer(let amount) = entry, (1...1_000_000).contains(amount) else {
                throw Failure("'\(key)': an amount is a whole number from 1 to 1000000")
            }
            return amount
        }
    }

    /// Milliseconds: a number of seconds, or a text such as 5m.
    func length(_ key: String) throws -> Int? {
        guard let value = value(key) else { return nil }
        guard let text = value.scalar, let length = TimeLength(argument: text) else {
            throw Failure("'\(key)' must be a number of seconds or a text such as \"5m\"")
        }
        return length.milliseconds
    }

    /// KiB: a text such as 512M, or a number of bytes.
    func memory(_ key: String) throws -> Int? {
        guard let value = value(key) else { return nil }
        guard let text = value.scalar, let size = MemorySize(argument: text) else {
            throw Failure("'\(key)' must be a text such as \"512M\" or \"2G\", at least 1M")
        }
        return size.kibibytes
    }

    func moment(_ key: String) throws -> Timestamp? {
        guard let value = value(key) else { return nil }
        if case .integer(let milliseconds) = value, milliseconds >= 0 { return Timestamp(milliseconds) }
        guard case .text(let text) = value, let moment = Moment(argument: text) else {
            throw Failure("'\(key)' must be milliseconds of Unix time or a text such as \"2030-01-31T08:00:00Z\"")
        }
        return moment.timestamp
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw Failure("'\(key)' must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }
}

/// The known word that somebody may have meant.
enum NearMiss {
    static func find(_ word: String, among known: [String]) -> String? {
        let best = known.map { (distance(word, $0), $0) }.min { $0 < $1 }
        guard let best, best.0 <= max(1, word.count / 3) else { return nil }
        return best.1
    }

    /// Levenshtein's.
    private static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a), b = Array(b)
        guard abs(a.count - b.count) <= 3 else { return .max }
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let cost = letter == other ? diagonal : min(diagonal, row[j], row[j + 1]) + 1
                diagonal = row[j + 1]
                row[j + 1] = cost
            }
        }
        return row[b.count]
    }
}
