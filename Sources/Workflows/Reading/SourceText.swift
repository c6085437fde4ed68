/// A workflow's text as YAML may read it, with the way back to the places of the original.
///
/// YAML forbids tabs as indentation; people use them all the same. Each tab that begins a line counts as two
/// columns here. What lies deeper than the first line of a block scalar belongs to its text and keeps its tabs.
struct SourceText {
    /// With spaces for leading tabs.
    let text: String
    /// By line, how many leading tabs became spaces.
    private let expandedTabs: [Int: Int]

    /// The first line that a tab begins.
    var firstTab: Place? {
        expandedTabs.keys.min().map { Place(line: $0, column: 1) }
    }

    init(_ original: String) {
        guard original.utf8.contains(UInt8(ascii: "\t")) else {
            text = original
            expandedTabs = [:]
            return
        }
        var expansion = TabExpansion()
        for line in original.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            expansion.append(line)
        }
        text = String(decoding: expansion.bytes.dropLast(), as: UTF8.self)
        expandedTabs = expansion.expandedTabs
    }

    /// The place in the original of a line and column in `text`.
    func original(line: Int, column: Int) -> Place {
        guard let tabs = expandedTabs[line] else { return Place(line: line, column: column) }
        return Place(line: line, column: column > 2 * tabs ? column - tabs : (column + 1) / 2)
    }
}
