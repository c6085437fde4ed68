/// Which jobs or runs to list, newest first.
package struct JobFilter: Sendable {
    /// Empty: all.
    package var states: [JobState] = []
    package var queue: String?
    package var run: RunID?
    package var workflow: String?
    /// A step's id, or the key of a job that belongs to no run.
    package var key: String?
    /// A part of the name, the key or the command; of a run, of its workflow's name. Without regard to case.
    package var search: String?
    /// Only older ones: the last id of the page before.
    package var before: Int?
    /// `nil`: no limit.
    package var limit: Int?

    package init() {}
}
