import Executors

/// What a worker is to do, and which one.
struct WorkerCall {
    var type: String
    /// JSON; `nil`: null.
    var data: String?
    /// `nil`: the runner's own of that type.
    var definition: WorkerDefinition?
}
