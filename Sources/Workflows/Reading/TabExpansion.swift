/// Replaces leading tabs line by line.
struct TabExpansion {
    /// The lines so far, each with its line feed.
    private(set) var bytes: [UInt8] = []
    /// By line, how many leading tabs became spaces.
    private(set) var expandedTabs: [Int: Int] = [:]
    private var line = 0
    private var blockScalar: BlockScalar?

    /// The block scalar whose text is being read.
    private struct BlockScalar {
        /// Tabs before the line that opens it.
        let outerTabs: Int
        /// Tabs before the first line of its text: those are indentation, further ones are text.
        var innerTabs: Int?
    }

    mutating func append(_ content: Substring.UTF8View) {
        append(Array(content))
    }

    private mutating func append(_ content: [UInt8]) {
        line += 1
        let tabs = content.prefix { $0 == UInt8(ascii: "\t") }.count
        let isBlank = content.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
        let expanded = isBlank ? tabs : indentation(tabs: tabs, of: content)
        if expanded > 0 { expandedTabs[line] = expanded }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * expanded))
        bytes.append(contentsOf: content.dropFirst(expanded))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// How many of a line's tabs are indentation.
    private mutating func indentation(tabs: Int, of content: [UInt8]) -> Int {
        if let scalar = blockScalar, tabs > scalar.outerTabs {
            let inner = scalar.innerTabs ?? tabs
            blockScalar?.innerTabs = inner
            return min(tabs, inner)
        }
        let opens = tabs > 0 && Self.opensBlockScalar(content)
        blockScalar = opens ? BlockScalar(outerTabs: tabs) : nil
        return tabs
    }

    /// Whether a line ends with `|` or `>` (and their modifiers) as the value of a key or an entry.
    private static func opensBlockScalar(_ content: [UInt8]) -> Bool {
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0D]
        var rest = content[...]
        if rest.first(where: { !blanks.contains($0) }) == UInt8(ascii: "#") { return false }
        if let comment = rest.indices.dropFirst().first(where: {
            rest[$0] == UInt8(ascii: "#") && blanks.contains(rest[$0 - 1])
        }) {
            rest = rest[..<comment]
        }
        while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        while let last = rest.last, "+-0123456789".utf8.contains(last) { rest.removeLast() }
        guard let style = rest.popLast(), style == UInt8(ascii: "|") || style == UInt8(ascii: ">") else { return false }
        guard let space = rest.last, blanks.contains(space) else { return false }
        while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        return rest.last == UInt8(ascii: ":") || rest.last == UInt8(ascii: "-")
    }
}
