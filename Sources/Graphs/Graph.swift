/// Steps and the edges between them, as they are to be drawn: of a file, or of a run with what became of it.
package struct Graph: Sendable, Equatable {
    /// The heading.
    package var title: String
    /// The line below it; empty: none.
    package var subtitle: String
    package var nodes: [Node]
    package var edges: [Edge]

    /// - Parameter edges: those that name no node, name one node twice, or are there already are left out.
    package init(title: String, subtitle: String = "", nodes: [Node], edges: [Edge]) {
        self.title = title
        self.subtitle = subtitle
        self.nodes = nodes
        var known: Set<[Int]> = []
        self.edges = edges.filter { edge in
            nodes.indices.contains(edge.from) && nodes.indices.contains(edge.to) && edge.from != edge.to
                && known.insert([edge.from, edge.to]).inserted
        }
    }

    package struct Node: Sendable, Equatable {
        /// What stands in the box.
        package var label: String
        /// What stands below it while there is neither a state nor a time, as `script` or `agent`; empty: nothing.
        package var detail: String
        /// What is shown when the pointer rests on the box, besides the above; empty: nothing.
        package var hint: String
        /// `nil`: it was not run.
        package var state: State?
        package var milliseconds: Int?
        package var isCritical: Bool

        package init(
            label: String, detail: String = "", hint: String = "", state: State? = nil, milliseconds: Int? = nil,
            isCritical: Bool = false
        ) {
            self.label = label
            self.detail = detail
            self.hint = hint
            self.state = state
            self.milliseconds = milliseconds
            self.isCritical = isCritical
        }
    }

    package struct Edge: Sendable, Equatable {
        /// Index of the node that is waited for.
        package var from: Int
        /// Index of the node that waits.
        package var to: Int
        /// How the other must have ended; `nil`: succeeded.
        package var condition: String?
        package var isCritical: Bool

        package init(from: Int, to: Int, condition: String? = nil, isCritical: Bool = false) {
            self.from = from
            self.to = to
            self.condition = condition
            self.isCritical = isCritical
        }
    }

    package enum State: String, Sendable, Equatable, CaseIterable {
        case blocked, scheduled, ready, running, reclaiming, succeeded, failed, skipped, cancelled
    }
}

extension Graph.Node {
    /// `failed · 12.3 s`; the detail where there is neither.
    var facts: String {
        let facts = [state?.rawValue, milliseconds.map(TimeText.short)].compactMap { $0 }
        let shown = state == nil && !detail.isEmpty ? [detail] + facts : facts
        return shown.joined(separator: " · ")
    }
}
