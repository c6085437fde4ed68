import Engine
import JSON
import Workflows

/// A planner's plan, for whoever decides whether it runs: nothing of what it would do is left out.
struct PlanView {
    private let workflow: Workflow
    private let plan: Plan

    init(_ workflow: Workflow, _ plan: Plan) {
        self.workflow = workflow
        self.plan = plan
    }

    /// Steps that run when the run has ended.
    private var handlers: [(moment: String, steps: [JSONValue])] {
        ["success", "failure", "always"].compactMap { moment in
            workflow.canonical["on"]?[moment]?.list.map { (moment, $0) }
        }
    }

    /// What the question is about, as `these 2 steps and 1 handler`.
    var subject: String {
        let count = workflow.canonical["steps"]?.list?.count ?? 0
        let handlers = handlers.reduce(0) { $0 + $1.steps.count }
        let steps = count == 1 && handlers == 0 ? "this step" : count == 1 ? "this step" : "these \(count) steps"
        return handlers == 0 ? steps : "\(steps) and \(handlers) handler\(handlers == 1 ? "" : "s")"
    }

    func print() {
        StandardError.print("")
        for line in lines { StandardError.print("  " + Terminal.visible(line)) }
        StandardError.print("")
    }

    private var lines: [String] {
        guard var whole = workflow.canonical.object else { return [] }
        let groups = Dictionary(plan.steps.map { ($0.id, $0.group) }) { first, _ in first }
        let steps = whole.removeValue(forKey: "steps")?.list ?? []
        var lines = steps.flatMap { step in
            let group = step["id"]?.string.flatMap { groups[$0] }.map { "\($0). " } ?? ""
            return Self.lines(of: step, heading: group)
        }
        whole.removeValue(forKey: "on")
        for (moment, steps) in handlers {
            lines += steps.flatMap { Self.lines(of: $0, heading: "on \(moment): ") }
        }
        for name in ["name", "version"] { whole.removeValue(forKey: name) }
        if !whole.isEmpty { lines += ["the whole workflow"] + Self.outline(.object(whole), indent: 5) }
        return lines
    }

    /// A step: its name first, then all that it has.
    private static func lines(of step: JSONValue, heading: String) -> [String] {
        guard var members = step.object else { return [] }
        let id = members.removeValue(forKey: "id")?.string ?? ""
        let name = members.removeValue(forKey: "name")?.string ?? id
        let config = members.removeValue(forKey: "config")?.object ?? [:]
        // What is configured counts as the step's own here: `config` says nothing to a reader.
        members.merge(config) { own, _ in own }
        let title = heading + id + (name == id ? "" : ": \(name)")
        return [title] + outline(.object(members), indent: 5)
    }

    /// As YAML would have it, but that every line of a text stands for itself.
    private static func outline(_ value: JSONValue, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { key, value in
                if let text = inline(value) { return ["\(margin)\(key): \(text)"] }
                return ["\(margin)\(key):"] + outline(value, indent: indent + 2)
            }
        case .list(let elements):
            return elements.flatMap { element in
                inline(element).map { ["\(margin)- \($0)"] } ?? ["\(margin)-"] + outline(element, indent: indent + 2)
            }
        case .string(let text):
            return text.split(separator: "\n", omittingEmptySubsequences: false).map { "\(margin)| \($0)" }
        default: return ["\(margin)\(value.text)"]
        }
    }

    /// What fits behind its name: everything but a text of several lines and what holds more than plain values.
    private static func inline(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text.contains("\n") ? nil : text
        case .list(let elements):
            elements.allSatisfy { $0.list == nil && $0.object == nil } ? value.text : nil
        case .object: nil
        default: value.text
        }
    }
}
