/// Reads the fields of a cron one after the other.
struct CronParser {
    struct Field {
        /// A bit for each number; a Sunday is bit 0.
        var numbers: UInt64
        var beginsWithStar: Bool
        /// Where it begins, in bytes from 0.
        var start: Int
    }

    private let text: String
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) throws(CronError) {
        self.text = text
        bytes = Array(text.utf8)
        guard bytes.count <= CronExpression.lengthLimit else {
            throw error(at: 0, "it has \(bytes.count) bytes, and \(CronExpression.lengthLimit) are the most")
        }
        if let strange = bytes.firstIndex(where: { $0 != 9 && !(0x20..<0x7F).contains($0) }) {
            throw error(at: strange, "this character has no meaning in a cron")
        }
    }

    func error(at position: Int, _ reason: String) -> CronError {
        CronError(
            text: text.utf8.count <= 80 ? text : String(text.prefix(79)) + "…", column: position + 1, reason: reason)
    }

    mutating func expectEnd() throws(CronError) {
        skipSpace()
        guard position == bytes.count else {
            throw error(at: position, "there is more after the five fields; seconds and years have no field here")
        }
    }

    mutating func field(_ kind: CronField) throws(CronError) -> Field {
        skipSpace()
        guard position < bytes.count else {
            throw error(
                at: position,
                "the \(kind.name) is missing; a cron has five fields: minute, hour, day of the month, month, "
                    + "day of the week")
        }
        var field = Field(numbers: 0, beginsWithStar: bytes[position] == UInt8(ascii: "*"), start: position)
        repeat { field.numbers |= try entry(of: kind) } while take(",")
        guard position == bytes.count || isSpace(bytes[position]) else {
            throw error(at: position, "'\(Character(bytes[position]))' has no place in the \(kind.name)")
        }
        return field
    }

    /// `*`, a number, a name or a range, and a step after the first and the last of these.
    private mutating func entry(of kind: CronField) throws(CronError) -> UInt64 {
        let start = position
        var first = kind.range.lowerBound
        var last = kind == .dayOfWeek ? 6 : kind.range.upperBound
        var isRange = true
        if !take("*") {
            first = try number(of: kind)
            last = first
            isRange = take("-")
            if isRange {
                last = try number(of: kind)
                // Sunday ends a week as well as it begins one: FRI-SUN.
                if kind == .dayOfWeek, last == 0, first > 0 { last = 7 }
                guard first <= last else {
                    throw error(at: start, "the range runs backwards; write two: a-max,min-b")
                }
            }
        }
        var step = 1
        if take("/") {
            let place = position
            guard isRange else {
                throw error(
                    at: place - 1, "a step needs a range or '*' before it: \(first)-\(kind.range.upperBound)/…")
            }
            guard let digits = digits() else { throw error(at: place, "the step is missing: a number from 1") }
            step = digits
            let most = kind.range.upperBound - kind.range.lowerBound + (kind == .dayOfWeek ? 0 : 1)
            guard (1...most).contains(step) else {
                throw error(at: place, "a step of the \(kind.name) lies between 1 and \(most)")
            }
        }
        var numbers: UInt64 = 0
        for number in stride(from: first, through: last, by: step) {
            numbers |= 1 << UInt64(kind == .dayOfWeek ? number % 7 : number)
        }
        return numbers
    }

    private mutating func number(of kind: CronField) throws(CronError) -> Int {
        let start = position
        if let number = digits() {
            guard kind.range.contains(number) else {
                throw error(at: start, "the \(kind.name) must be \(kind.hint)")
            }
            return number
        }
        while position < bytes.count, isLetter(bytes[position]) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        guard !word.isEmpty else { throw error(at: start, "the \(kind.name) must be '*' or \(kind.hint)") }
        guard let index = kind.names.firstIndex(of: word.lowercased()) else {
            throw error(at: start, "'\(word.prefix(20))' is no \(kind.name); it must be '*' or \(kind.hint)")
        }
        return kind.range.lowerBound + index
    }

    /// What is greater than any field holds counts as 1000.
    private mutating func digits() -> Int? {
        let start = position
        var value = 0
        while position < bytes.count, case let byte = bytes[position], (0x30...0x39).contains(byte) {
            value = min(value * 10 + Int(byte - 0x30), 1_000)
            position += 1
        }
        return position > start ? value : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, isSpace(bytes[position]) { position += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }

    private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
}

extension Character {
    fileprivate init(_ byte: UInt8) { self.init(Unicode.Scalar(byte)) }
}
