/// What a worker says.
package enum WorkerMessage: Sendable, Equatable {
    /// It takes jobs now, and the word that one is to end soon.
    case ready(takesStops: Bool)
    case job(task: String, News)

    /// What it says of a job.
    package enum News: Sendable, Equatable {
        /// The end of the job. JSON.
        case result(String)
        /// The end of the job.
        case failure(String, isFinal: Bool)
        case progress(Double, String?)
        /// JSON.
        case checkpoint(String)
        /// It waits for the reply.
        case memory(MemoryRequest)
        /// A text for the job's log.
        case log(String)

        package var isEnd: Bool {
            switch self {
            case .result, .failure: true
            default: false
            }
        }
    }
}
