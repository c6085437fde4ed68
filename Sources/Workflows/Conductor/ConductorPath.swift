/// A path in a definition's expression: `workflow.input.list[0]['a b']`.
struct ConductorPath {
    enum Segment: Equatable {
        case name(String)
        case index(Int)
        /// `${…}` within the path, whose value is the name.
        case nested(ConductorPath)
    }

    var segments: [Segment] = []
    /// Where each begins, in scalars of the whole text.
    var offsets: [Int] = []

    private static let depth = 8

    /// Reads the text between `${` and `}`.
    init(_ scalars: ArraySlice<Unicode.Scalar>, depth: Int = 0) throws(ConductorFault) {
        var rest = scalars
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        guard !rest.isEmpty else { return }
        if rest.first == "{" {
            throw ConductorFault(
                "'${{ … }}' is of the dialects with 'steps' and 'task_id'; here an expression is ${task.output.name}",
                at: rest.startIndex)
        }
        var expectsName = true
        while let scalar = rest.first {
            let offset = rest.startIndex
            switch scalar {
            case ".":
                rest.removeFirst()
                if expectsName || rest.isEmpty {
                    throw ConductorFault("a name is missing at '.'; JSONPath's '..' is not supported", at: offset)
                }
                expectsName = true
            case "[":
                rest.removeFirst()
                append(try Self.bracket(&rest, at: offset), at: offset)
                expectsName = false
            case "$" where rest.dropFirst().first == "{":
                guard depth < Self.depth else {
                    throw ConductorFault("expressions too deep in one another", at: offset)
                }
                guard let end = ConductorText.closing(of: rest) else {
                    throw ConductorFault("'}' is missing", at: offset)
                }
                let inner = rest[rest.index(offset, offsetBy: 2)..<end]
                append(.nested(try ConductorPath(inner, depth: depth + 1)), at: offset)
                rest = rest[(end + 1)...]
                expectsName = false
            default:
                let name = rest.prefix { $0 != "." && $0 != "[" && $0 != "]" && $0 != "$" }
                guard expectsName, !name.isEmpty else {
                    throw ConductorFault("unexpected '\(scalar)' in the path", at: offset)
                }
                if let bad = name.firstIndex(where: { "*?()@{}\"'".unicodeScalars.contains($0) }) {
                    throw ConductorFault(
                        "'\(name[bad])' in a path: of JSONPath only names, [0] and ['name'] are supported", at: bad)
                }
                append(.name(String(String.UnicodeScalarView(name))), at: offset)
                rest = rest.dropFirst(name.count)
                expectsName = false
            }
        }
    }

    private mutating func append(_ segment: Segment, at offset: Int) {
        segments.append(segment)
        offsets.append(offset)
    }

    /// After `[`.
    private static func bracket(
        _ rest: inout ArraySlice<Unicode.Scalar>, at offset: Int
    ) throws(ConductorFault) -> Segment {
        if let quote = rest.first, quote == "'" || quote == "\"" {
            rest.removeFirst()
            let name = rest.prefix { $0 != quote }
            rest = rest.dropFirst(name.count)
            guard rest.first == quote, rest.dropFirst().first == "]" else {
                throw ConductorFault("the name in [ ] has no end", at: offset)
            }
            rest = rest.dropFirst(2)
            return .name(String(String.UnicodeScalarView(name)))
        }
        let digits = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(digits.count)
        guard rest.first == "]", let index = Int(String(String.UnicodeScalarView(digits))) else {
            throw ConductorFault("of JSONPath only names, [0] and ['name'] are supported", at: offset)
        }
        rest.removeFirst()
        return .index(index)
    }
}

extension ConductorPath: Equatable {}
