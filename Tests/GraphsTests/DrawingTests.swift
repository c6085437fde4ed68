import Testing

@testable import Graphs

@Suite struct `A picture` {
    private let graph = Graph(
        title: "site <1>", subtitle: "run 7 · failed",
        nodes: [
            Graph.Node(label: "build", state: .succeeded, milliseconds: 12_300, isCritical: true),
            Graph.Node(label: "test", state: .failed, milliseconds: 840, isCritical: true),
            Graph.Node(label: "publish", state: .skipped),
        ],
        edges: [
            Graph.Edge(from: 0, to: 1, isCritical: true), Graph.Edge(from: 1, to: 2),
            Graph.Edge(from: 0, to: 2, condition: "finished"),
        ])

    @Test func `tells states, times, groups and the critical path in words`() {
        let text = SVGDrawing(graph).text
        for words in [
            ">succeeded · 12.3 s<", ">failed · 840 ms<", ">skipped<", ">group 2 · 1 step<", ">critical path<",
            ">finished<", ">succeeded 1<", ">failed 1<", ">run 7 · failed<",
        ] { #expect(text.contains(words), "\(words)") }
        #expect(text.contains("prefers-color-scheme:dark"))
    }

    @Test func `holds no text that could be taken for markup`() {
        let evil = "\"><script>alert('x')</script>&\u{1}\u{202E}]]>"
        let graph = Graph(
            title: evil, subtitle: evil,
            nodes: [
                Graph.Node(label: evil, detail: evil, hint: evil),
                Graph.Node(label: evil, hint: evil, state: .failed, milliseconds: 1),
            ], edges: [Graph.Edge(from: 0, to: 1, condition: evil)])
        let text = SVGDrawing(graph).text
        #expect(!text.contains("<script"))
        #expect(!text.contains("\u{1}") && !text.contains("\u{202E}"))
        #expect(text.contains("&lt;script&gt;") || text.contains("&lt;s"))
        // Every element that is opened is closed.
        var open: [Substring] = []
        for tag in text.matches(of: /<(\/?)([a-z]+)[^<>]*?(\/?)>/) {
            if !tag.output.3.isEmpty { continue }
            if tag.output.1.isEmpty { open.append(tag.output.2) } else { #expect(open.popLast() == tag.output.2) }
        }
        #expect(open == [])
    }

    @Test func `writes less into each box the more there are`() {
        #expect(Scale.fitting(5).detail == .full)
        #expect(Scale.fitting(50).detail == .full)
        #expect(Scale.fitting(500).detail == .line)
        #expect(Scale.fitting(5_000).detail == .dot)
    }

    @Test func `of a graph without nodes is a picture all the same`() {
        #expect(SVGDrawing(Graph(title: "empty", nodes: [], edges: [])).text.contains(">empty<"))
    }

    @Test func `of thousands of steps with few elements for their lines`() {
        let text = SVGDrawing(Graph.random(nodes: 3_000, seed: 3)).text
        #expect(text.matches(of: /<path class="w/).count <= 4)
    }

    @Test func `joins the lines of steps that wait for the same ones`() {
        let edges = (0..<20).flatMap { from in (20..<40).map { Graph.Edge(from: from, to: $0) } }
        let graph = Graph(title: "", nodes: (0..<40).map { Graph.Node(label: "\($0)") }, edges: edges)
        let wires = Wires(graph, Layout(graph, scale: .full, nodeWidths: Array(repeating: 60, count: 40)))
        #expect(wires.elements.matches(of: /C/).count == 40)
    }

    @Test(arguments: [
        ("short", "short"), ("a-very-long-identifier-that-ends-with-1", "a-very-long…-with-1"),
    ])
    func `cuts names in their middle`(name: String, expected: String) {
        #expect(SVGText.cut(name, to: 125, font: 11) == expected)
        #expect(SVGText.width(expected) * 11 <= 125)
    }
}

@Suite struct `Mermaid` {
    @Test func `has a node for each step, arrows, and classes of states`() {
        let graph = Graph(
            title: "t",
            nodes: [
                Graph.Node(label: "a", state: .succeeded, milliseconds: 5, isCritical: true),
                Graph.Node(label: "end", detail: "script"), Graph.Node(label: "x\"]; <b>#`"),
            ],
            edges: [
                Graph.Edge(from: 0, to: 1, isCritical: true), Graph.Edge(from: 0, to: 2, condition: "failed"),
            ])
        #expect(
            MermaidText.text(of: graph) == """
                flowchart LR
                    n0["✓ a<br/>succeeded · 5 ms"]
                    n1["end<br/>script"]
                    n2["x#34;#93;#59; #60;b#62;#35;#96;"]
                    n0 ==> n1
                    n0 -.->|"failed"| n2
                    classDef succeeded fill:#dafbe1,stroke:#1a7f37,color:#1f2328
                    class n0 succeeded
                    classDef critical stroke-width:4px
                    class n0 critical

                """)
    }
}

@Suite struct `DOT` {
    @Test func `quotes every text`() {
        let graph = Graph(
            title: "a \"b\"\\", nodes: [Graph.Node(label: "x\"y\\", detail: "script & more"), Graph.Node(label: "z")],
            edges: [Graph.Edge(from: 0, to: 1, condition: "finished", isCritical: true)])
        #expect(
            DOTText.text(of: graph) == #"""
                digraph "a \"b\"\\" {
                    graph [rankdir=LR, label="a \"b\"\\", labelloc=t]
                    node [shape=box, style="rounded,filled", fillcolor="#f6f8fa", color="#59636e", fontname="sans-serif"]
                    edge [color="#818b98", fontname="sans-serif", fontsize=10]
                    n0 [label="x\"y\\\nscript &amp; more"]
                    n1 [label="z"]
                    n0 -> n1 [label="finished", style=dashed, color="#8250df", penwidth=2.6]
                }

                """#)
    }
}
