/// What the one who starts a run decides over the file's head.
package struct PlanOptions: Sendable, Equatable {
    /// `true`: in parallel, `false`: one step at a time, `nil`: as the file says.
    package var parallel: Bool?
    /// Steps at once; `nil`: as the file says.
    package var maxConcurrency: Int?

    package init(parallel: Bool? = nil, maxConcurrency: Int? = nil) {
        self.parallel = parallel
        self.maxConcurrency = maxConcurrency
    }
}
