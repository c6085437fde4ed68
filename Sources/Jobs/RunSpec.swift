/// A run to start.
package struct RunSpec: Sendable {
    package var workflow: String
    package var version = "1.0.0"
    /// The document's path and text, for people.
    package var source: String?
    package var definition: String?
    /// Where relative commands resolve from.
    package var directory: String
    /// PATH of whoever starts the run.
    package var searchPath: String?
    /// How many of its jobs may run at once. `nil`: no limit of its own.
    package var maxConcurrency: Int?
    /// Capacities of the workflow's pools; the latest run's hold.
    package var pools: [String: Int] = [:]
    /// Those of the workflow's pools whose units have numbers.
    package var indexedPools: Set<String> = []
    /// JSON object: what the run was given.
    package var inputs: String?
    /// The run is not over with its last job: somebody judges it first (`settledRuns`, `close`).
    package var isJudged = false
    /// Somebody decides what it does next whenever something of it has ended, and ends it (`executions`). It may be
    /// without jobs at times.
    package var isDecided = false
    /// The judge has steps to start then.
    package var hasHandlers = false
    /// The job that waits for this run, of which this is a part.
    package var parent: JobID?
    /// From the start, in milliseconds; what is left then is cancelled. `nil`: none.
    package var timeout: Int?
    /// The steps. Dependencies are positions in this list.
    package var jobs: [JobSpec]

    package init(workflow: String, directory: String, jobs: [JobSpec]) {
        self.workflow = workflow
        self.directory = directory
        self.jobs = jobs
    }
}
