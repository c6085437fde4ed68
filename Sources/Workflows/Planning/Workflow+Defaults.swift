extension Workflow {
    /// Gives every step that is executed in a process, at any depth, what it does not say itself.
    ///
    /// - Parameters:
    ///   - retries: attempts after the first; `nil`: the default of the step's kind.
    ///   - timeout: of each attempt; `nil`: none.
    package mutating func fill(retries: Int?, timeout: Duration?) {
        guard retries != nil || timeout != nil else { return }
        for index in steps.indices { steps[index].fill(retries: retries, timeout: timeout) }
        for index in handlers.success.indices { handlers.success[index].fill(retries: retries, timeout: timeout) }
        for index in handlers.failure.indices { handlers.failure[index].fill(retries: retries, timeout: timeout) }
        for index in handlers.always.indices { handlers.always[index].fill(retries: retries, timeout: timeout) }
    }
}

extension Step {
    /// Depth is bounded by the reader.
    fileprivate mutating func fill(retries given: Int?, timeout limit: Duration?) {
        switch action {
        case .group(var inner):
            for index in inner.indices { inner[index].fill(retries: given, timeout: limit) }
            action = .group(inner)
        case .loop(var loop):
            for index in loop.steps.indices { loop.steps[index].fill(retries: given, timeout: limit) }
            action = .loop(loop)
        default:
            guard action.isProcess else { return }
            retries = retries ?? given
            timeout = timeout ?? limit
        }
    }
}
