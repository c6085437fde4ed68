/// What a step does; one case for each `type` that can run.
package enum StepAction: Sendable, Equatable {
    /// `script`: a process.
    case script(Script)
    /// `agent`: one of the configured agents, with a prompt.
    case agent(AgentCall)
    /// `worker`: a job for who serves its type.
    case worker(WorkerStep)
    /// `http`: one request.
    case http(HTTPCall)
    /// `workflow`: another workflow, in a run of its own.
    case workflow(WorkflowCall)
    /// `approval`: somebody's decision.
    case approval(Approval)
    /// `wait`: until a time.
    case wait(Wait)
    /// `group`: steps of its own, which see one another and are done when all are.
    case group([Step])
    /// `loop`: its steps again and again, while the condition holds after them.
    case loop(Loop)
    /// `dynamic`: steps that an expression gives as a list, known only when it is reached.
    case dynamic(JSONTemplate)
    /// `set`: changes variables of the run.
    case set([String: JSONTemplate])
    /// `value`: an expression's value becomes the result; nothing is executed.
    case value(JSONTemplate)
    /// `end`: the run ends here.
    case end(RunEnd)

    /// The word for `type`.
    package var typeName: String {
        switch self {
        case .script: "script"
        case .agent: "agent"
        case .worker: "worker"
        case .http: "http"
        case .workflow: "workflow"
        case .approval: "approval"
        case .wait: "wait"
        case .group: "group"
        case .loop: "loop"
        case .dynamic: "dynamic"
        case .set: "set"
        case .value: "value"
        case .end: "end"
        }
    }

    /// Whether it is work that is executed, and so holds pools, has a time limit and is tried again.
    package var isProcess: Bool {
        switch self {
        case .script, .agent, .worker, .http: true
        default: false
        }
    }

    /// The steps within it.
    package var nested: [Step] {
        switch self {
        case .group(let steps): steps
        case .loop(let loop): loop.steps
        default: []
        }
    }
}

/// A process to start.
package struct Script: Sendable, Equatable {
    package enum Command: Sendable, Equatable {
        /// A program, found by `PATH` or relative to the directory of the run; no shell takes part.
        case program(Template)
        /// Text for `/bin/sh -c`. It holds no expressions: values go into arguments and variables, never unescaped
        /// into a shell's text.
        case shell(String)
    }

    package var command: Command
    /// The program's arguments; with a shell they are `$1`, `$2` and so on.
    package var arguments: [Template] = []
    /// The step's own variables and those of its `config`, which come first.
    package var environment: [String: Template] = [:]
    /// `nil`: the directory in which the run was started.
    package var directory: Template?
    /// The text that the process reads; `nil`: nothing.
    package var input: Template?

    package init(command: Command) { self.command = command }
}

/// A question to an agent that the configuration names.
package struct AgentCall: Sendable, Equatable {
    package var agent: String
    /// `nil`: made of the step's name, description and parameters.
    package var prompt: Template?
    /// Reaches the agent as JSON in `WEIR_PARAMETERS`, and in its prompt.
    package var parameters: [String: JSONTemplate] = [:]
    package var environment: [String: Template] = [:]
    /// It stands for a task of Conductor: without an agent of that name, it is for who serves a type of that name. Not
    /// part of the canonical form, in which that is decided.
    package var isTask = false
    /// Its answer is a list of steps, which join the run.
    package var isPlanner = false
    /// Whether the prompt is followed by the results of the steps that this one depends on, and by the run's memory;
    /// `nil`: by what it does not refer to itself.
    package var seesContext: Bool?
    /// What the configuration said when the run was started, so that any runner can execute it.
    package var resolved: AgentTarget?

    package init(agent: String) { self.agent = agent }
}

package struct HTTPCall: Sendable, Equatable {
    package var method = "GET"
    package var url: Template
    package var headers: [String: Template] = [:]
    /// A text is sent as it is, anything else as JSON; `nil`: no body.
    package var body: JSONTemplate?
    /// Accepted statuses; empty: 200 to 299.
    package var expectedStatuses: [Int] = []

    package init(url: Template) { self.url = url }
}

package struct WorkflowCall: Sendable, Equatable {
    package enum Reference: Sendable, Equatable {
        /// A path, or a name under `.conductor/workflows/`.
        case file(Template)
        /// A document within the document, as JSON text.
        case inline(String)
    }

    package var reference: Reference
    package var inputs: [String: JSONTemplate] = [:]

    package init(_ reference: Reference) { self.reference = reference }
}

package struct Approval: Sendable, Equatable {
    /// What there is to decide.
    package var message: Template?
}

package enum Wait: Sendable, Equatable {
    /// Seconds, or a text such as `90s` or `1 minute 30 seconds`.
    case duration(Template)
    /// A date and time.
    case until(Template)
    /// For somebody's signal (`weir approve`).
    case signal
}

package struct Loop: Sendable, Equatable {
    package var steps: [Step]
    /// Asked after each round, of which there is at least one. `iteration` counts from 1.
    package var condition: Expression
    /// Rounds after which the loop fails.
    package var limit = 1000
}

package struct RunEnd: Sendable, Equatable {
    package enum State: String, Sendable, Equatable { case succeeded, failed, cancelled }
    package var state: State
    package var reason: Template?
    /// The run's result.
    package var output: JSONTemplate?
}
