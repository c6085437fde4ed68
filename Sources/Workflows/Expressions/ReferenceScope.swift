/// The steps that see one another: those of the workflow, or those within one step.
///
/// A class, since the references of the steps within its steps add to what it has to check.
final class ReferenceScope {
    /// A step that reads another one of this scope, or one within that.
    struct Reading {
        let node: Int
        let target: Int
        /// Who reads, as messages call it.
        let reader: String
        /// The id that it reads.
        let name: String
        let place: Place
    }

    /// Another step's place in this scope.
    struct Position {
        let number: Int
        /// It is within a step of which there are several copies.
        let isCopied: Bool
    }

    let steps: [Step]
    /// All of its steps have ended.
    let isOver: Bool
    /// Its steps are those of a loop, which run again.
    let isLoop: Bool
    /// The number of the step that is looked at, or within which is what is looked at; `nil`: all can be read.
    var current: Int?
    var readings: [Reading] = []
    private let numbers: [String: Int]
    private lazy var nested = Self.nested(in: steps)

    init(_ steps: [Step], isOver: Bool = false, isLoop: Bool = false) {
        self.steps = steps
        self.isOver = isOver
        self.isLoop = isLoop
        numbers = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    func number(of id: String) -> Int? { numbers[id] }

    /// The step of this scope that has the named one within it.
    func container(of id: String) -> Position? { nested[id] }

    /// The readings of steps that the reader does not wait for.
    func unrelated() -> [(reading: Reading, isReversed: Bool)] {
        guard !readings.isEmpty else { return [] }
        let graph = StepGraph(steps: steps)
        let faults = graph.unrelated(readings.map { .init(node: $0.node, target: $0.target) }).map { readings[$0] }
        guard !faults.isEmpty else { return [] }
        let forward = Set(graph.unrelated(faults.map { .init(node: $0.target, target: $0.node) }))
        return faults.enumerated().map { ($1, !forward.contains($0)) }
    }

    /// Depth is bounded by the reader.
    private static func nested(in steps: [Step]) -> [String: Position] {
        var positions: [String: Position] = [:]
        func add(_ step: Step, _ number: Int, isCopied: Bool) {
            let isCopied = isCopied || step.fanOut != nil
            for inner in step.action.nested {
                if positions[inner.id] == nil { positions[inner.id] = Position(number: number, isCopied: isCopied) }
                add(inner, number, isCopied: isCopied)
            }
        }
        for (number, step) in steps.enumerated() { add(step, number, isCopied: false) }
        return positions
    }
}
