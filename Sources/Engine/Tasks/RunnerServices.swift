package import Workflows

/// What a runner executes besides processes.
package struct RunnerServices: Sendable {
    /// By the type of the jobs that they take.
    package var handlers: [String: TaskBody] = [:]
    /// Who makes requests; `nil`: jobs that need one fail.
    package var requests: (any RequestService)?

    package init() {}
}

/// Makes requests over the network for jobs.
package protocol RequestService: Sendable {
    /// A body that makes one request.
    ///
    /// - Parameters:
    ///   - call: without expressions.
    ///   - timeout: of the attempt, in milliseconds.
    func http(_ call: HTTPCall, timeout: Int?) -> TaskBody

    /// A body that asks a model one question. Keys are looked up by their names in the runner's environment.
    func chat(_ question: ChatQuestion, timeout: Int?) -> TaskBody
}
