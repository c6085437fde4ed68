/// Why a stranger's query was not answered.
package enum ConsoleError: Error, CustomStringConvertible {
    /// The text holds no statement.
    case empty
    case severalStatements
    /// It would do something else than read.
    case notAllowed(String)
    case tookTooLong(Duration)
    case usedTooMuchMemory(bytes: Int)
    /// What SQLite says of it.
    case refused(String)
    case failed(SQLiteError)

    package var description: String {
        switch self {
        case .empty: "there is no statement in the text; write one SELECT"
        case .severalStatements: "one statement at a time; leave out what follows the first ';'"
        case .notAllowed(let reason): "only SELECT is allowed here: \(reason)"
        case .tookTooLong(let limit): "the query took longer than \(limit); narrow it, for instance with LIMIT"
        case .usedTooMuchMemory(let bytes):
            "the query needed more than \(bytes >> 20) MiB of memory; narrow it, for instance with LIMIT"
        case .refused(let message): message
        case .failed(let error): "\(error)"
        }
    }
}
