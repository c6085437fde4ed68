/// A graph as Mermaid, for documents that draw it.
package enum MermaidText {
    /// Mermaid draws at most this many edges unless its configuration, which no document can change, allows more.
    package static let usualEdgeLimit = 500

    private static let styles = [
        ("ready", "#fff8c5,stroke:#9a6700"), ("running", "#ddf4ff,stroke:#0969da"),
        ("reclaiming", "#ddf4ff,stroke:#0969da"), ("succeeded", "#dafbe1,stroke:#1a7f37"),
        ("failed", "#ffebe9,stroke:#cf222e"), ("skipped", "#ffffff,stroke:#818b98,stroke-dasharray:4 3"),
        ("cancelled", "#fff1e5,stroke:#bc4c00"),
    ]

    package static func text(of graph: Graph) -> String {
        var text = "flowchart LR\n"
        for (number, node) in graph.nodes.enumerated() {
            let lines = [sign(node.state) + node.label, node.facts].filter { !$0.isEmpty }.map(escaped)
            text += "    n\(number)[\"\(lines.joined(separator: "<br/>"))\"]\n"
        }
        for edge in graph.edges {
            let arrow = edge.isCritical ? "==>" : "-->"
            let label = edge.condition.map { "|\"\(escaped($0))\"|" } ?? ""
            text += "    n\(edge.from) \(edge.condition == nil ? arrow : "-.->")\(label) n\(edge.to)\n"
        }
        for (state, style) in styles {
            let members = graph.nodes.indices.filter { graph.nodes[$0].state?.rawValue == state }
            guard !members.isEmpty else { continue }
            text += "    classDef \(state) fill:\(style),color:#1f2328\n"
            text += "    class \(members.map { "n\($0)" }.joined(separator: ",")) \(state)\n"
        }
        let critical = graph.nodes.indices.filter { graph.nodes[$0].isCritical }
        if !critical.isEmpty {
            text += "    classDef critical stroke-width:4px\n"
            text += "    class \(critical.map { "n\($0)" }.joined(separator: ",")) critical\n"
        }
        return text
    }

    private static func sign(_ state: Graph.State?) -> String {
        switch state {
        case .succeeded?: "✓ "
        case .failed?: "✗ "
        case .skipped?: "» "
        case .cancelled?: "⊘ "
        case .running?, .reclaiming?: "▶ "
        case .ready?, .scheduled?, .blocked?, nil: ""
        }
    }

    /// Everything that Mermaid or HTML could take for a mark becomes an entity.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", " ", "-", "_", ".", ",", ":", "/", "(", ")":
                result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): result += " "
            case _ where scalar.isASCII: result += "#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
