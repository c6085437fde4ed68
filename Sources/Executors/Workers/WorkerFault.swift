/// Why a worker process was ended, or ended by itself, other than because nobody needed it any more.
package enum WorkerFault: Error, Sendable, Equatable {
    /// Bytes.
    case lineTooLong(limit: Int)
    case notJSON(JSONFault, line: String)
    /// JSON, and no message of the protocol.
    case notMessage(String, line: String)
    /// Of a job that it does not have.
    case unknownTask(String)
    /// Of the job that it answered last.
    case answeredTwice(String)
    /// Milliseconds.
    case silent(Int)
    case closedOutput
    case closedInput
    case ended(ScriptExit)
}

extension WorkerFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .lineTooLong(let limit):
            "it wrote a line of more than \(limit) bytes; an answer is one line, and output for people goes to "
                + "standard error"
        case .notJSON(let fault, let line):
            "it wrote to standard output what is no JSON (column \(fault.column): \(fault.problem)): \(line)"
        case .notMessage(let problem, let line): "it wrote what is no answer: \(problem): \(line)"
        case .unknownTask(let task): "it answered for the job '\(task)', which it does not have"
        case .answeredTwice(let task): "it answered twice for the job '\(task)'"
        case .silent(let limit):
            "it said nothing within \(limit) ms of its start; a worker writes {\"ready\":true} once it is ready"
        case .closedOutput: "it closed its standard output"
        case .closedInput: "it closed its standard input"
        case .ended(let exit):
            if let signal = exit.signal {
                "signal \(signal) ended it"
            } else {
                "it exited with code \(exit.exitCode ?? 0)"
            }
        }
    }
}
