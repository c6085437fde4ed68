/// A graph as an SVG picture that stands alone: no scripts, no fonts, nothing from elsewhere.
package struct SVGDrawing {
    private let graph: Graph
    private let scale: Scale
    private let layout: Layout

    private static let margin = 24.0
    private static let top = 92.0

    package init(_ graph: Graph) {
        self.graph = graph
        scale = Scale.fitting(graph.nodes.count)
        layout = Layout(graph, scale: scale, nodeWidths: graph.nodes.map { [scale] in Self.width(of: $0, scale) })
    }

    /// The document, with a line feed at its end.
    package var text: String {
        let wires = Wires(graph, layout)
        let legend = SVGLegend(graph, hasConditions: wires.hasConditions)
        let titleWidth = max(SVGText.width(graph.title) * 18, SVGText.width(graph.subtitle) * 12)
        let width = max(layout.size.width, legend.width, min(titleWidth, 900)) + 2 * Self.margin
        let height = Self.top + layout.size.height + 56
        let n = SVGText.number
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(n(width)) \(n(height))" width="\(n(width))" \
            height="\(n(height))" role="img">
            <title>\(SVGText.escaped(graph.title))</title>
            <desc>\(SVGText.escaped(graph.subtitle))</desc>
            <style>
            \(SVGStyle.sheet)</style>
            <rect class="bg" width="100%" height="100%"/>
            <text class="h" x="\(n(Self.margin))" y="32" font-size="18">\(heading(graph.title, 18, width))</text>
            <text class="m" x="\(n(Self.margin))" y="53" font-size="12">\(heading(graph.subtitle, 12, width))</text>
            <g transform="translate(\(n(Self.margin)) \(n(Self.top)))">

            """
        text += columnHeads()
        text += wires.elements
        for node in graph.nodes.indices { text += box(node) }
        text += "</g>\n"
        text += legend.elements(x: Self.margin, y: height - 24)
        return text + "</svg>\n"
    }

    private func heading(_ text: String, _ font: Double, _ width: Double) -> String {
        SVGText.escaped(SVGText.cut(text, to: width - 2 * Self.margin, font: font))
    }

    /// `group 2 · 14 steps`, as much of it as there is room for.
    private func columnHeads() -> String {
        var text = ""
        for (index, column) in layout.columns.enumerated() {
            let count = layout.layers.rows[index].count { !layout.layers.isHelper($0) }
            let room = column.width + scale.columnGap * 0.8
            let choices = [
                "group \(index + 1) · \(count) step\(count == 1 ? "" : "s")", "group \(index + 1)", "\(index + 1)",
            ]
            guard let shown = choices.first(where: { SVGText.width($0) * 11 <= room }) else { continue }
            text +=
                "<text class=\"m\" x=\"\(SVGText.number(column.left))\" y=\"-12\" font-size=\"11\">\(shown)</text>\n"
        }
        return text
    }

    // MARK: Boxes

    private static func width(of node: Graph.Node, _ scale: Scale) -> Double {
        switch scale.detail {
        case .dot: return scale.height
        case .line:
            let time = node.milliseconds.map { SVGText.width(TimeText.short($0)) * 10 + 8 } ?? 0
            return min(scale.widestLabel, SVGText.width(node.label) * scale.font) + time + labelInset(node, scale) + 8
        case .full:
            let label = SVGText.width(node.label) * scale.font
            let facts = SVGText.width(node.facts) * 11
            return max(70, min(scale.widestLabel, max(label, facts)) + labelInset(node, scale) + 12)
        }
    }

    /// Where the text begins: behind the sign, if there is one.
    private static func labelInset(_ node: Graph.Node, _ scale: Scale) -> Double {
        let sign = node.state == nil ? 0.0 : scale.detail == .full ? 22 : 15
        return sign + (scale.detail == .full ? 12 : 9)
    }

    private func box(_ number: Int) -> String {
        let node = graph.nodes[number]
        let n = SVGText.number
        let left = layout.left[number]
        let middle = layout.middle[number]
        let top = middle - scale.height / 2
        let width = layout.width[number]
        let radius = scale.detail == .full ? 6.0 : scale.detail == .line ? 4 : 2
        var text = "<g class=\"\(node.state?.rawValue ?? "plain")\">"
        text += "<title>\(SVGText.escaped(hint(node)))</title>"
        text +=
            "<rect class=\"b\" x=\"\(n(left))\" y=\"\(n(top))\" width=\"\(n(width))\" height=\"\(n(scale.height))\" "
            + "rx=\"\(n(radius))\"/>"
        if node.isCritical { text += criticalMark(left, top) }
        if let state = node.state {
            let size = scale.detail == .full ? 6.5 : scale.detail == .line ? 4.5 : 3
            let x = left + (scale.detail == .full ? 19 : scale.detail == .line ? 14 : width / 2)
            text += SVGSign.draw(state, x: x, y: middle, size: size)
        }
        return text + labels(node, left, middle, width) + "</g>\n"
    }

    /// A bar at the left edge; around a dot, a ring.
    private func criticalMark(_ left: Double, _ top: Double) -> String {
        let n = SVGText.number
        guard scale.detail == .dot else {
            return
                "<rect class=\"ca\" x=\"\(n(left))\" y=\"\(n(top))\" width=\"5\" height=\"\(n(scale.height))\" rx=\"2\"/>"
        }
        return "<rect class=\"w c\" x=\"\(n(left - 1.5))\" y=\"\(n(top - 1.5))\" width=\"\(n(scale.height + 3))\" "
            + "height=\"\(n(scale.height + 3))\" rx=\"3\"/>"
    }

    private func labels(_ node: Graph.Node, _ left: Double, _ middle: Double, _ width: Double) -> String {
        let inset = Self.labelInset(node, scale)
        func line(_ text: String, _ dy: Double, _ font: Double, _ name: String, _ room: Double) -> String {
            guard !text.isEmpty else { return "" }
            let shown = SVGText.escaped(SVGText.cut(text, to: room, font: font))
            return "<text\(name) x=\"\(SVGText.number(left + inset))\" y=\"\(SVGText.number(middle + dy))\" "
                + "font-size=\"\(SVGText.number(font))\">\(shown)</text>"
        }
        switch scale.detail {
        case .dot: return ""
        case .full:
            let room = width - inset - 6
            let facts = node.facts
            return line(node.label, facts.isEmpty ? 4.5 : -3, scale.font, "", room)
                + line(facts, 13, 11, " class=\"m\"", room)
        case .line:
            guard let milliseconds = node.milliseconds else {
                return line(node.label, 4, scale.font, "", width - inset - 4)
            }
            let time = TimeText.short(milliseconds)
            let room = width - inset - SVGText.width(time) * 10 - 10
            return line(node.label, 4, scale.font, "", room)
                + "<text class=\"m\" x=\"\(SVGText.number(left + width - 6))\" y=\"\(SVGText.number(middle + 3.8))\" "
                + "font-size=\"10\" text-anchor=\"end\">\(time)</text>"
        }
    }

    private func hint(_ node: Graph.Node) -> String {
        [node.label, node.facts, node.isCritical ? "critical path" : "", node.hint].filter { !$0.isEmpty }
            .joined(separator: " · ")
    }
}
