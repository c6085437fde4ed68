/// What the one who starts a run decides over the file's head.
package struct PlanOptions: Sendable, Equatable {
    /// `true`: in parallel, also where only the order of a list of Conductor's says otherwise; `false`: one step at a time, `nil`: as the file says.
    package var parallel: Bool?
    /// Steps at once; `nil`: as the file says.
    package var maxConcurrency: Int?
    /// The steps to run; what they depend on besides is taken as done. `nil`: all.
    package var only: Set<String>?

    package init(parallel: Bool? = nil, maxConcurrency: Int? = nil, only: Set<String>? = nil) {
        self.parallel = parallel
        self.maxConcurrency = maxConcurrency
        self.only = only
    }
}
