/// The lines between the boxes, gathered by how they look: a picture of thousands has a few elements.
struct Wires {
    private var normal = ""
    private var conditional = ""
    private var critical = ""
    private var criticalConditional = ""
    private var heads = ""
    private var criticalHeads = ""
    private var labels = ""

    private let layout: Layout

    init(_ graph: Graph, _ layout: Layout) {
        self.layout = layout
        var arriving = [[Layers.Segment]](repeating: [], count: layout.layers.layer.count)
        for segment in layout.layers.segments { arriving[segment.to].append(segment) }
        for row in layout.layers.rows {
            let joined = Self.joints(of: row, arriving)
            for (index, joint) in joined.enumerated() {
                draw(joint, arriving, at: Double(index + 1) / Double(joined.count + 1))
            }
            let done = Set(joined.flatMap(\.targets))
            for vertex in row where !done.contains(vertex) {
                for segment in arriving[vertex] { draw(segment) }
            }
            for vertex in row where layout.layers.isHelper(vertex) { pass(vertex, arriving[vertex]) }
        }
        for edge in layout.layers.shortcuts {
            draw(Layers.Segment(from: edge.from, to: edge.to, condition: edge.condition, isCritical: edge.isCritical))
        }
    }

    /// What is critical lies above the rest.
    var elements: String {
        func path(_ name: String, _ commands: String) -> String {
            commands.isEmpty ? "" : "<path class=\"\(name)\" d=\"\(commands)\"/>\n"
        }
        return path("w", normal) + path("w o", conditional) + path("a", heads) + path("w c", critical)
            + path("w c o", criticalConditional) + path("ca", criticalHeads) + labels
    }

    var hasConditions: Bool { !conditional.isEmpty || !criticalConditional.isEmpty }

    // MARK: Joints

    /// Several vertices that all wait for the same ones: their lines meet in one point on the way.
    private struct Joint {
        let sources: [Int]
        let targets: [Int]
    }

    private static func joints(of row: [Int], _ arriving: [[Layers.Segment]]) -> [Joint] {
        var groups: [[Int]: [Int]] = [:]
        var order: [[Int]] = []
        for vertex in row where arriving[vertex].count > 1 && arriving[vertex].allSatisfy({ $0.condition == nil }) {
            let sources = arriving[vertex].map(\.from).sorted()
            if groups[sources] == nil { order.append(sources) }
            groups[sources, default: []].append(vertex)
        }
        return order.compactMap { sources in
            let targets = groups[sources] ?? []
            // Two by two are drawn as they are.
            return sources.count * targets.count > sources.count + targets.count
                ? Joint(sources: sources, targets: targets) : nil
        }
    }

    private mutating func draw(_ joint: Joint, _ arriving: [[Layers.Segment]], at part: Double) {
        guard let start = joint.sources.map({ layout.right($0) }).max(),
            let end = joint.targets.map({ layout.left[$0] }).min()
        else { return }
        let x = start + (end - start) * (0.25 + part * 0.5)
        let ends = joint.sources + joint.targets
        let y = ends.reduce(0) { $0 + layout.middle[$1] } / Double(ends.count)
        let segments = joint.targets.flatMap { arriving[$0].filter(\.isCritical) }
        let fromCritical = Set(segments.map(\.from))
        let toCritical = Set(segments.map(\.to))
        for source in joint.sources {
            add(
                Self.curve((layout.right(source), layout.middle[source]), (x, y)),
                isCritical: fromCritical.contains(source), condition: nil)
        }
        for target in joint.targets {
            let end = (layout.left[target], layout.middle[target])
            let isCritical = toCritical.contains(target)
            add(Self.curve((x, y), end), isCritical: isCritical, condition: nil)
            if !layout.layers.isHelper(target) { head(at: end, isCritical: isCritical) }
        }
    }

    // MARK: Lines

    private mutating func draw(_ segment: Layers.Segment) {
        let start = (layout.right(segment.from), layout.middle[segment.from])
        let end = (layout.left[segment.to], layout.middle[segment.to])
        add(Self.curve(start, end), isCritical: segment.isCritical, condition: segment.condition)
        guard !layout.layers.isHelper(segment.to) else { return }
        head(at: end, isCritical: segment.isCritical)
        guard let condition = segment.condition, layout.scale.detail == .full else { return }
        let (x, y) = ((start.0 + end.0) / 2, (start.1 + end.1) / 2)
        labels +=
            "<text class=\"m l\" x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y + 3.5))\" font-size=\"10\" "
            + "text-anchor=\"middle\">\(SVGText.escaped(condition))</text>\n"
    }

    /// Straight on through a column.
    private mutating func pass(_ helper: Int, _ arriving: [Layers.Segment]) {
        let y = SVGText.number(layout.middle[helper])
        add(
            "M\(SVGText.number(layout.left[helper])) \(y)H\(SVGText.number(layout.right(helper)))",
            isCritical: arriving.contains(where: \.isCritical), condition: nil)
    }

    private mutating func add(_ commands: String, isCritical: Bool, condition: String?) {
        switch (isCritical, condition) {
        case (false, nil): normal += commands
        case (false, _?): conditional += commands
        case (true, nil): critical += commands
        case (true, _?): criticalConditional += commands
        }
    }

    private mutating func head(at end: (Double, Double), isCritical: Bool) {
        let size = layout.scale.detail == .full ? 7.0 : layout.scale.detail == .line ? 5 : 3
        let x = SVGText.number(end.0)
        let back = SVGText.number(end.0 - size)
        let y = SVGText.number(end.1)
        let commands =
            "M\(x) \(y)L\(back) \(SVGText.number(end.1 - size / 2))L\(back) \(SVGText.number(end.1 + size / 2))Z"
        if isCritical { criticalHeads += commands } else { heads += commands }
    }

    /// Leaves and arrives level.
    private static func curve(_ start: (Double, Double), _ end: (Double, Double)) -> String {
        let bend = max(12, (end.0 - start.0) / 2)
        let n = SVGText.number
        return "M\(n(start.0)) \(n(start.1))C\(n(start.0 + bend)) \(n(start.1)) \(n(end.0 - bend)) \(n(end.1)) "
            + "\(n(end.0)) \(n(end.1))"
    }
}
