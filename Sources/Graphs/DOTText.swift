/// A graph in the language of Graphviz.
package enum DOTText {
    private static let colours = [
        "ready": ("#fff8c5", "#9a6700"), "running": ("#ddf4ff", "#0969da"), "reclaiming": ("#ddf4ff", "#0969da"),
        "succeeded": ("#dafbe1", "#1a7f37"), "failed": ("#ffebe9", "#cf222e"), "skipped": ("#ffffff", "#818b98"),
        "cancelled": ("#fff1e5", "#bc4c00"),
    ]

    package static func text(of graph: Graph) -> String {
        var text = """
            digraph \(quoted(graph.title)) {
                graph [rankdir=LR, label=\(quoted([graph.title, graph.subtitle].filter { !$0.isEmpty }.joined(separator: "\n"))), labelloc=t]
                node [shape=box, style="rounded,filled", fillcolor="#f6f8fa", color="#59636e", fontname="sans-serif"]
                edge [color="#818b98", fontname="sans-serif", fontsize=10]

            """
        for (number, node) in graph.nodes.enumerated() {
            let label = [node.label, node.facts].filter { !$0.isEmpty }.joined(separator: "\n")
            var attributes = ["label=\(quoted(label))"]
            if !node.hint.isEmpty { attributes.append("tooltip=\(quoted(node.hint))") }
            if let (fill, line) = node.state.flatMap({ colours[$0.rawValue] }) {
                attributes.append("fillcolor=\"\(fill)\", color=\"\(line)\"")
            }
            if node.isCritical { attributes.append("penwidth=3") }
            text += "    n\(number) [\(attributes.joined(separator: ", "))]\n"
        }
        for edge in graph.edges {
            var attributes: [String] = []
            if let condition = edge.condition { attributes += ["label=\(quoted(condition))", "style=dashed"] }
            if edge.isCritical { attributes += ["color=\"#8250df\"", "penwidth=2.6"] }
            let list = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
            text += "    n\(edge.from) -> n\(edge.to)\(list)\n"
        }
        return text + "}\n"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            // Graphviz would read an entity.
            case "&": result += "&amp;"
            case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
