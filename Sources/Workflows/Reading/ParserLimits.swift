import CYamlLimits

/// What bounds the parser itself, whose tree of a text takes 200 bytes and more for each byte of it.
enum ParserLimits {
    /// Twice of what a workflow may have, so that `SizeCheck` can tell the exact place of what is a little too deep.
    /// What lies deeper would cost the parser its depth for every token.
    private static let depth: Void = cyamllimits_depth(Int32(2 * SizeCheck.maximumDepth))

    /// `SizeCheck` does not count keys, of which there are at most as many as other nodes.
    private static let maximumNodes = 2 * SizeCheck.maximumNodes

    /// Once for the process.
    static func set() { depth }

    /// The first node that is too many for a tree, found without making one.
    static func fault(in text: String) -> (message: String, line: Int, column: Int)? {
        // No byte makes more than two nodes: a '?' makes an empty key and an empty value.
        guard 2 * text.utf8.count > maximumNodes else { return nil }
        var text = text
        var (line, column) = (0, 0)
        let hasMore = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cyamllimits_has_more_nodes($0.baseAddress, $0.count, maximumNodes, &line, &column)
            }
        }
        guard hasMore else { return nil }
        return ("the document has more than 1,000,000 nodes by here", line, column)
    }
}
