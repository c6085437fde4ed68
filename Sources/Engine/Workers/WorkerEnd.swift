/// How a worker's part in an attempt ended.
enum WorkerEnd {
    /// JSON; `nil`: null.
    case result(String?)
    case failure(String, isFinal: Bool)
    /// It died, or had to be ended.
    case lost(String)
}
