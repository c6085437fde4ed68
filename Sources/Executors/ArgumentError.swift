/// Why arguments or an environment cannot be handed to a process.
package enum ArgumentError: Error, Equatable {
    package enum Place: Sendable, Equatable {
        /// Counted from 0, the command.
        case argument(Int)
        case variable(String)
    }

    case empty
    case containsNUL(Place)
    /// Of an environment variable: empty, or with a `=`.
    case invalidName(String)
    case tooLong(Place, bytes: Int, limit: Int)
    case tooLongTogether(bytes: Int, limit: Int)
}

extension ArgumentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "there is no command"
        case .containsNUL(let place): "\(place) holds a NUL byte, which no process can be given"
        case .invalidName(let name): "'\(name)' cannot be the name of an environment variable"
        case .tooLong(let place, let bytes, let limit):
            "\(place) has \(bytes) bytes, and the kernel takes \(limit); use standard input or a file"
        case .tooLongTogether(let bytes, let limit):
            "the arguments and the environment have \(bytes) bytes together, and the kernel takes \(limit); "
                + "use standard input or a file"
        }
    }
}

extension ArgumentError.Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .argument(0): "the command"
        case .argument(let index): "argument \(index)"
        case .variable(let name): "the environment variable '\(name)'"
        }
    }
}
