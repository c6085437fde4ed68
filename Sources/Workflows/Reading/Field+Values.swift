import Yams

extension Field {
    /// A scalar's own text: `1.0`, `yes` and `0x10` stay what was written.
    func text() -> String? {
        guard case .scalar(let scalar) = value, !scalar.isNull else {
            reject("text")
            return nil
        }
        guard !scalar.string.utf8.contains(0) else {
            findings.error("\(title) has a NUL character, which no program can be given", at: place)
            return nil
        }
        return scalar.string
    }

    func nonEmptyText() -> String? {
        guard let text = text() else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            findings.error("\(title) is empty", at: place)
            return nil
        }
        return text
    }

    /// A name that goes into tables, paths and command lines.
    func identifier() -> String? {
        guard let text = text() else { return nil }
        guard isIdentifier(text) else {
            let rule = "a name has 1 to 128 of the characters A-Z, a-z, 0-9, '.', '_', '-' and does not begin with '.'"
            findings.error("\(title) is \(quoted(text)); \(rule)", at: place)
            return nil
        }
        return text
    }

    /// The type of a job, as `weir enqueue --type` takes it.
    func jobType() -> String? {
        guard let text = text() else { return nil }
        guard isIdentifier(text.replacing(":", with: "-").replacing("/", with: "-")) else {
            findings.error(
                "\(title) is \(quoted(text)); a type has 1 to 128 of the characters A-Z, a-z, 0-9, '.', '_', '-', ':', "
                    + "'/' and does not begin with '.'", at: place)
            return nil
        }
        return text
    }

    func flag() -> Bool? {
        if case .scalar(let scalar) = value, scalar.isPlain {
            switch scalar.string {
            case "true", "True", "TRUE": return true
            case "false", "False", "FALSE": return false
            default: break
            }
        }
        reject("true or false")
        return nil
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard case .scalar(let scalar) = value, scalar.isPlain, let number = Int(scalar.string) else {
            reject("a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        guard range.contains(number) else {
            findings.error("\(title) is \(number); it can be \(range.lowerBound) to \(range.upperBound)", at: place)
            return nil
        }
        return number
    }

    /// Seconds, or a number with its unit, as in `90`, `0.5`, `5m`, `1h30m`.
    func duration() -> Duration? {
        guard case .scalar(let scalar) = value, let duration = DurationText.parse(scalar.string) else {
            reject("seconds or a duration such as 500ms, 90s, 5m, 1h30m or 2d")
            return nil
        }
        guard duration > .zero, duration <= DurationText.maximum else {
            findings.error("\(title) is \(quoted(scalar.string)); it is more than 0 and at most 10 years", at: place)
            return nil
        }
        return duration
    }

    /// KiB, of a text such as `512M`.
    func memory() -> Int? {
        guard case .scalar(let scalar) = value, let size = MemoryText.kibibytes(scalar.string) else {
            reject("an amount of memory such as 512M or 2G")
            return nil
        }
        guard MemoryText.limits.contains(size) else {
            findings.error("\(title) is \(quoted(scalar.string)); it is at least 1M", at: place)
            return nil
        }
        return size
    }

    /// The elements of a list.
    func list(of expected: String) -> [Node]? {
        guard case .sequence(let sequence) = value else {
            reject("a list of \(expected)")
            return nil
        }
        return Array(sequence)
    }

    /// The entries of a mapping whose keys the author chooses.
    func entries(of expected: String) -> [Field]? {
        guard case .mapping(let mapping) = value else {
            reject("a mapping of \(expected)")
            return nil
        }
        return mapping.compactMap { key, value in
            guard case .scalar(let scalar) = key, !findings.maskedKeys.contains(scalar.string) else { return nil }
            return Field(
                key: scalar.string, keyPlace: findings.place(key.mark), value: value,
                title: "\(quoted(scalar.string)) in \(title)", findings: findings)
        }
    }
}

/// Whether a text can be the id of a step or the name of a pool or a queue.
func isIdentifier(_ text: String) -> Bool {
    guard (1...128).contains(text.utf8.count), text.utf8.first != UInt8(ascii: ".") else { return false }
    return text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
