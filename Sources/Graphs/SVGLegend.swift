/// What signs, colours and lines mean: those that occur.
struct SVGLegend {
    private enum Entry {
        case state(Graph.State, count: Int)
        case criticalPath
        case condition

        var text: String {
            switch self {
            case .state(let state, let count): "\(state.rawValue) \(count)"
            case .criticalPath: "critical path"
            case .condition: "on another condition than success"
            }
        }
    }

    private let entries: [Entry]

    init(_ graph: Graph, hasConditions: Bool) {
        var counts: [Graph.State: Int] = [:]
        for node in graph.nodes { if let state = node.state { counts[state, default: 0] += 1 } }
        let order: [Graph.State] = [
            .succeeded, .failed, .skipped, .cancelled, .running, .reclaiming, .ready, .scheduled, .blocked,
        ]
        var entries = order.compactMap { state in
            counts[state].map { Entry.state(state, count: $0) }
        }
        if graph.nodes.contains(where: \.isCritical) { entries.append(.criticalPath) }
        if hasConditions { entries.append(.condition) }
        self.entries = entries
    }

    var width: Double { entries.reduce(0) { $0 + Self.width(of: $1) } }

    private static func width(of entry: Entry) -> Double { 48 + SVGText.width(entry.text) * 11 }

    func elements(x: Double, y: Double) -> String {
        let n = SVGText.number
        var left = x
        var text = ""
        for entry in entries {
            switch entry {
            case .state(let state, _):
                text += "<g class=\"\(state.rawValue)\"><rect class=\"b\" x=\"\(n(left))\" y=\"\(n(y - 9))\" "
                text += "width=\"24\" height=\"18\" rx=\"4\"/>\(SVGSign.draw(state, x: left + 12, y: y, size: 4.5))</g>"
            case .criticalPath: text += "<path class=\"w c\" d=\"M\(n(left)) \(n(y))h24\"/>"
            case .condition: text += "<path class=\"w o\" d=\"M\(n(left)) \(n(y))h24\"/>"
            }
            text += "<text x=\"\(n(left + 30))\" y=\"\(n(y + 4))\" font-size=\"11\">\(entry.text)</text>\n"
            left += Self.width(of: entry)
        }
        return text
    }
}
