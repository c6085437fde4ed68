extension Step {
    /// The expressions that are evaluated for each job of the step: all but those of its fan-out, of a loop's condition
    /// and of the steps within it.
    var ownExpressions: [Expression] {
        (condition.map { [$0] } ?? []) + action.expressions
            + (cache.map { Template.expressions(of: [$0.key] + $0.paths) } ?? [])
    }
}

extension FanOut {
    var expressions: [Expression] {
        switch self {
        case .each(let items): items.expressions
        case .matrix(let axes, let include, let exclude):
            axes.flatMap(\.values.expressions) + (include + exclude).flatMap { JSONTemplate.object($0).expressions }
        }
    }
}

extension StepAction {
    fileprivate var expressions: [Expression] {
        switch self {
        case .script(let script): script.expressions
        case .agent(let call):
            Template.expressions(of: [call.prompt].compactMap(\.self))
                + JSONTemplate.object(call.parameters).expressions + Template.expressions(of: call.environment)
        case .worker(let call): call.data?.expressions ?? []
        case .http(let call):
            call.url.expressions + Template.expressions(of: call.headers) + (call.body?.expressions ?? [])
        case .workflow(let call): call.reference.expressions + JSONTemplate.object(call.inputs).expressions
        case .approval(let approval): approval.message?.expressions ?? []
        case .wait(.duration(let text)), .wait(.until(let text)): text.expressions
        case .wait(.signal), .group, .loop: []
        case .dynamic(let steps): steps.expressions
        case .set(let variables): JSONTemplate.object(variables).expressions
        case .value(let value): value.expressions
        case .end(let end): (end.reason?.expressions ?? []) + (end.output?.expressions ?? [])
        }
    }
}

extension Script {
    fileprivate var expressions: [Expression] {
        let program: [Template] = if case .program(let program) = command { [program] } else { [] }
        return Template.expressions(of: program + arguments) + Template.expressions(of: environment)
            + Template.expressions(of: [directory, input].compactMap(\.self))
    }
}

extension WorkflowCall.Reference {
    /// Those of a document within the document are its own.
    fileprivate var expressions: [Expression] { if case .file(let path) = self { path.expressions } else { [] } }
}

extension Template {
    static func expressions(of templates: [Template]) -> [Expression] { templates.flatMap(\.expressions) }

    static func expressions(of templates: [String: Template]) -> [Expression] {
        templates.sorted { $0.key < $1.key }.flatMap(\.value.expressions)
    }
}
