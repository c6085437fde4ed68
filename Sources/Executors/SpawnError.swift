import Glibc

/// Why a script could not be started. Nothing of it runs then.
package enum SpawnError: Error, Equatable {
    /// The lease was over before exec: the attempt is not ours any more, or soon will not be.
    case leaseOver
    case notFound(command: String, path: String?)
    /// EACCES; ENOENT when an interpreter is missing; or what else execve says of a file that is there.
    case notExecutable(command: String, errno: Int32)
    case directory(String, errno: Int32)
    /// The arguments and the environment together, or one of them (E2BIG).
    case tooLong
    /// An argument or a variable holds a NUL byte, or a variable's name a `=`.
    case invalidText(String)
    /// The runner or the host has no more processes, descriptors or memory: try again later.
    case exhausted(call: String, errno: Int32)
    case other(call: String, errno: Int32)

    static func system(_ call: String, _ error: Int32) -> SpawnError {
        switch error {
        case EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC: .exhausted(call: call, errno: error)
        default: .other(call: call, errno: error)
        }
    }
}

extension SpawnError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .leaseOver: "the lease was over before the script could start"
        case .notFound(let command, let path?): "there is no command '\(command)' in PATH (\(path))"
        case .notFound(let command, nil): "there is no file '\(command)' to execute"
        case .notExecutable(let command, ENOENT):
            "cannot execute '\(command)': the interpreter that it names is missing"
        case .notExecutable(let command, EACCES):
            "cannot execute '\(command)': permission denied; is it executable (chmod +x), and no directory?"
        case .notExecutable(let command, let error): "cannot execute '\(command)': \(errorText(error))"
        case .directory(let path, let error): "cannot use '\(path)' as the working directory: \(errorText(error))"
        case .tooLong:
            "the arguments and the environment are too long to be handed to a process; use standard input or a file"
        case .invalidText(let what): "\(what) cannot be handed to a process"
        case .exhausted(let call, let error): "the host has no room for another process (\(call): \(errorText(error)))"
        case .other(let call, let error): "cannot start the script (\(call): \(errorText(error)))"
        }
    }
}
