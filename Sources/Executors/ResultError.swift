/// Why what a job left cannot be its result: the attempt fails and says this.
package enum ResultError: Error, Equatable {
    case folder(String, errno: Int32)
    case unreadable(errno: Int32)
    /// A folder, a link, a device or a pipe.
    case notRegular
    case tooLarge(limit: Int)
    case invalid(JSONFault)
}

extension ResultError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .folder(let path, let error): "cannot use '\(path)' for results: \(errorText(error))"
        case .unreadable(let error): "cannot read the file $WEIR_RESULT: \(errorText(error))"
        case .notRegular: "$WEIR_RESULT must be a regular file"
        case .tooLarge(let limit): "the file $WEIR_RESULT has more than \(limit) bytes; leave a path as the result"
        case .invalid(let fault): "the file $WEIR_RESULT must hold JSON: \(fault)"
        }
    }
}
