/// Looks for texts whose aliases would cost too much to compose at all.
///
/// Yams gives an alias as its anchor's node again, which costs nothing, with two exceptions: a chain of anchors,
/// each within the next, is released by recursion; and the keys of a mapping are hashed with all that is in
/// them, so that a key of nine levels of nine aliases takes 9⁹ steps. Both are refused by a look at the bytes,
/// which may take more for an anchor than is one (a shell script's `&name`), never less.
struct AliasCheck {
    static let maximumAnchors = 1000
    /// How many times its own size a document may become before keys that are collections are refused.
    static let maximumGrowth = 100_000

    private(set) var hasAliases = false
    private(set) var fault: (message: String, line: Int, column: Int)?

    private struct Token {
        let isAnchor: Bool
        let name: ArraySlice<UInt8>
        let offset: Int
    }

    init(_ text: String) {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return }
        let bytes = Array(text.utf8)
        let all = Self.tokens(in: bytes)
        let names = (
            anchors: Set(all.lazy.filter(\.isAnchor).map(\.name)),
            aliases: Set(all.lazy.filter { !$0.isAnchor }.map(\.name))
        )
        let tokens = all.filter { ($0.isAnchor ? names.aliases : names.anchors).contains($0.name) }
        hasAliases = !tokens.isEmpty
        let anchors = tokens.filter(\.isAnchor)
        if anchors.count > Self.maximumAnchors {
            setFault("more than 1,000 anchors", at: anchors[Self.maximumAnchors].offset, in: bytes)
        } else if Self.mayGrow(tokens), let key = Self.collectionKey(in: bytes, tokens) {
            setFault("a list or a mapping cannot be a key beside aliases of aliases", at: key, in: bytes)
        }
    }

    /// Each anchored node is at most all that came before it, once for itself and once for each alias in it.
    private static func mayGrow(_ tokens: [Token]) -> Bool {
        var growth = 1
        var factor = 1
        for token in tokens {
            if token.isAnchor {
                growth *= factor
                factor = 1
            } else {
                factor += 1
            }
            if growth * factor > maximumGrowth { return true }
        }
        return false
    }

    private static func tokens(in bytes: [UInt8]) -> [Token] {
        bytes.indices.compactMap { index in
            let isAnchor = bytes[index] == UInt8(ascii: "&")
            guard isAnchor || bytes[index] == UInt8(ascii: "*") else { return nil }
            guard index == 0 || mayEndToken(bytes[index - 1]) else { return nil }
            let name = bytes[(index + 1)...].prefix(while: isNameByte)
            return name.isEmpty ? nil : Token(isAnchor: isAnchor, name: name, offset: index)
        }
    }

    /// Where a colon follows an alias or what closes a collection, or `? ` may begin a key.
    private static func collectionKey(in bytes: [UInt8], _ tokens: [Token]) -> Int? {
        for token in tokens where !token.isAnchor {
            let rest = bytes[token.name.endIndex...].drop(while: isBlank)
            if rest.first == UInt8(ascii: ":") { return token.offset }
        }
        var last: UInt8 = 0  // before the blanks
        for (index, byte) in bytes.enumerated() {
            if isBlank(byte), index > 0, bytes[index - 1] == UInt8(ascii: "?") { return index - 1 }
            if byte == UInt8(ascii: ":"), last == UInt8(ascii: "]") || last == UInt8(ascii: "}") { return index }
            if !isBlank(byte) { last = byte }
        }
        return nil
    }

    private static func mayEndToken(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte >= 0x80 || "[{,:?".utf8.contains(byte)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func setFault(_ message: String, at offset: Int, in bytes: [UInt8]) {
        let before = bytes[..<offset]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
        fault = (message, line, column)
    }
}
