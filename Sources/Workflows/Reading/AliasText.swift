/// A text whose aliases are hidden, so that its shape can be checked before Yams follows them.
///
/// Yams gives an alias as its anchor's node again, which costs nothing, with two exceptions: a chain of anchors,
/// each within the next, is released by recursion; and a mapping's keys are hashed with all that is in them,
/// so that a key of nine levels of nine aliases takes 9⁹ steps. In the hidden text each alias is a scalar. Once
/// that text is known to be flat enough and without collections for keys, the bound on anchors is enough.
struct AliasText {
    static let maximumAnchors = 100
    /// Stands for the `*` of an alias; private use, of one column like it.
    static let mark: Character = "\u{E0FF}"

    /// The text with the mark for the `*` of each alias; `nil` when it has none.
    private(set) var hidden: String?
    private(set) var fault: (message: String, line: Int, column: Int)?

    private struct Token {
        let isAnchor: Bool
        let name: ArraySlice<UInt8>
        let offset: Int
    }

    /// What looks like an anchor or an alias is taken for one, in a script's text too: hiding does no harm there.
    init(_ text: String) {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return }
        let bytes = Array(text.utf8)
        let all = Self.tokens(in: bytes)
        let anchorNames = Set(all.lazy.filter(\.isAnchor).map(\.name))
        let aliases = all.filter { !$0.isAnchor && anchorNames.contains($0.name) }
        guard !aliases.isEmpty else { return }
        let aliasNames = Set(aliases.map(\.name))
        let anchors = all.filter { $0.isAnchor && aliasNames.contains($0.name) }
        if anchors.count > Self.maximumAnchors {
            setFault("more than \(Self.maximumAnchors) anchors", at: anchors[Self.maximumAnchors].offset, in: bytes)
        } else if text.unicodeScalars.contains(where: { Self.mark.unicodeScalars.contains($0) }) {
            setFault("the character U+E0FF is not allowed in a workflow with aliases", at: 0, in: bytes)
        }
        hidden = Self.hide(aliases, in: bytes)
    }

    /// The text again from a hidden one.
    static func shown(_ hidden: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in hidden.unicodeScalars { shown.append(mark.unicodeScalars.contains(scalar) ? "*" : scalar) }
        return String(shown)
    }

    private static func hide(_ aliases: [Token], in bytes: [UInt8]) -> String {
        var hidden: [UInt8] = []
        hidden.reserveCapacity(bytes.count + 2 * aliases.count)
        var next = 0
        for alias in aliases {
            hidden += bytes[next..<alias.offset]
            hidden += String(mark).utf8
            next = alias.offset + 1
        }
        hidden += bytes[next...]
        return String(decoding: hidden, as: UTF8.self)
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

    private static func mayEndToken(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte >= 0x80 || "[]{},:?-\"'".utf8.contains(byte)
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
