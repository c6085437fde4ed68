/// A key that was pressed.
package enum Key: Equatable, Sendable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, tab, backTab, escape, backspace, delete
    /// With the letter that it goes with: Ctrl-C is `.control("c")`.
    case control(Character)
}

/// Reads keys from the bytes of a terminal, which may come in pieces.
package struct KeyDecoder: Sendable {
    private var bytes: [UInt8] = []

    package init() {}

    /// Whether an escape came and nothing after it yet: the key itself, or the beginning of a sequence.
    package var isUndecided: Bool { !bytes.isEmpty }

    package mutating func decode(_ new: some Sequence<UInt8>) -> [Key] {
        bytes += new
        var keys: [Key] = []
        while !bytes.isEmpty {
            guard let (key, count) = next() else { break }
            bytes.removeFirst(count)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// Nothing more came for a moment: an escape that waits is the key.
    package mutating func flush() -> [Key] {
        defer { bytes = [] }
        return bytes.first == 0x1B ? [.escape] : []
    }

    /// The first key, `nil` for bytes that mean nothing, and how many bytes it has. `nil`: it is not complete.
    private func next() -> (Key?, Int)? {
        let first = bytes[0]
        if first == 0x1B { return escaped() }
        switch first {
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0..<0x20: return (.control(Character(UnicodeScalar(first + 0x60))), 1)
        default: return character()
        }
    }

    private func character() -> (Key?, Int)? {
        let first = bytes[0]
        // Bytes that begin no character mean nothing.
        let size = first < 0xC2 || first > 0xF4 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard bytes.count >= size else { return nil }
        let text = String(validating: bytes[..<size], as: UTF8.self)
        return (text?.first.map { .character($0) }, size)
    }

    private func escaped() -> (Key?, Int)? {
        guard bytes.count > 1 else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "["): return sequence()
        case UInt8(ascii: "O"): return bytes.count > 2 ? (Self.named(bytes[2]), 3) : nil
        default: return (.escape, 1)
        }
    }

    /// `ESC [ parameters final`
    private func sequence() -> (Key?, Int)? {
        guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return bytes.count > 32 ? (nil, bytes.count) : nil
        }
        let parameters = String(decoding: bytes[2..<end], as: UTF8.self)
        guard bytes[end] == UInt8(ascii: "~") else { return (Self.named(bytes[end]), end + 1) }
        let key: Key? =
            switch parameters.split(separator: ";").first ?? "" {
            case "1", "7": .home
            case "4", "8": .end
            case "3": .delete
            case "5": .pageUp
            case "6": .pageDown
            default: nil
            }
        return (key, end + 1)
    }

    private static func named(_ final: UInt8) -> Key? {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "Z"): .backTab
        case UInt8(ascii: "M"): .enter
        default: nil
        }
    }
}
