import Yams

/// Bounds the depth of a document, and the nodes and the text that it has once its aliases are followed, without
/// following any of them twice; refuses tags on the way, since nothing here would heed them.
struct SizeCheck {
    static let maximumDepth = 64
    static let maximumNodes = 1_000_000
    /// Of all scalars together. Without aliases a text cannot have as much: see `TextCheck`.
    static let maximumBytes = 64 * 1024 * 1024
    static let tooDeep = "nested too deeply here: a workflow has at most \(maximumDepth) levels"

    /// YAML's own, which say what the text says already.
    private static let knownTags: Set<String> = Set(
        ["str", "int", "float", "bool", "null", "map", "seq"].map { "tag:yaml.org,2002:" + $0 } + ["!"])

    /// Whether aliases were followed: without, no collection is met twice.
    let hasAliases: Bool
    /// Collections counted so far. An alias is its anchor's node again, with the same mark.
    private var known: [Key: Size] = [:]

    init(hasAliases: Bool) {
        self.hasAliases = hasAliases
    }

    private struct Key: Hashable {
        let line: Int
        let column: Int
        let isMapping: Bool
    }

    private struct Size {
        var nodes = 1
        var bytes = 0
        var depth = 1
    }

    private struct Excess: Error {
        let message: String
        let mark: Mark?
    }

    mutating func fault(in root: Node) -> (message: String, mark: Mark?)? {
        do throws(Excess) {
            _ = try size(of: root, above: 0)
            return nil
        } catch {
            return (error.message, error.mark)
        }
    }

    private mutating func size(of node: Node, above: Int) throws(Excess) -> Size {
        guard above < Self.maximumDepth else { throw Excess(message: Self.tooDeep, mark: node.mark) }
        try checkTag(of: node)
        var size = Size()
        switch node {
        case .scalar(let scalar):
            size.bytes = scalar.string.utf8.count
            return size
        case .alias:
            return size
        case .mapping(let mapping):
            if let key = key(of: node), let known = known[key] { return try checked(known, node, above) }
            for (key, value) in mapping {
                try checkKey(key)
                size.bytes += key.scalar?.string.utf8.count ?? 0
                try add(value, to: &size, within: node, above: above)
            }
        case .sequence(let sequence):
            if let key = key(of: node), let known = known[key] { return try checked(known, node, above) }
            for element in sequence { try add(element, to: &size, within: node, above: above) }
        }
        if let key = key(of: node) { known[key] = size }
        return size
    }

    private mutating func add(
        _ node: Node, to size: inout Size, within parent: Node, above: Int
    ) throws(Excess) {
        let inner = try self.size(of: node, above: above + 1)
        size.nodes += inner.nodes
        size.bytes += inner.bytes
        size.depth = max(size.depth, inner.depth + 1)
        guard size.nodes <= Self.maximumNodes else {
            let message = "the document has more than 1,000,000 nodes once its aliases are followed"
            throw Excess(message: message, mark: parent.mark)
        }
        guard size.bytes <= Self.maximumBytes else {
            let message = "the document has more than 64 MiB of text once its aliases are followed"
            throw Excess(message: message, mark: parent.mark)
        }
    }

    private func checkKey(_ key: Node) throws(Excess) {
        guard case .scalar(let scalar) = key else {
            throw Excess(message: "a list or a mapping cannot be a key", mark: key.mark)
        }
        guard scalar.string.first != AliasText.mark else {
            throw Excess(message: "an alias cannot be a key", mark: key.mark)
        }
    }

    private func checkTag(of node: Node) throws(Excess) {
        let (tag, mark) =
            switch node {
            case .scalar(let scalar): (scalar.tag.rawValue, scalar.mark)
            case .mapping(let mapping): (mapping.tag.rawValue, mapping.mark)
            case .sequence(let sequence): (sequence.tag.rawValue, sequence.mark)
            case .alias(let alias): (alias.tag.rawValue, alias.mark)
            }
        guard !tag.isEmpty, !Self.knownTags.contains(tag) else { return }
        throw Excess(message: "the tag \(quoted(tag)) means nothing in a workflow; remove it", mark: mark)
    }

    private func checked(_ size: Size, _ node: Node, _ above: Int) throws(Excess) -> Size {
        guard above + size.depth <= Self.maximumDepth else { throw Excess(message: Self.tooDeep, mark: node.mark) }
        return size
    }

    private func key(of node: Node) -> Key? {
        guard hasAliases, let mark = node.mark else { return nil }
        return Key(line: mark.line, column: mark.column, isMapping: node.mapping != nil)
    }
}
