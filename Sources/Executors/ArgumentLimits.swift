import Glibc

/// What the kernel lets a process have of arguments and environment: checked when a job is enqueued, so that it does
/// not fail only when it starts.
package enum ArgumentLimits {
    /// Bytes of one argument or `NAME=value`, with the NUL byte at its end (the kernel's MAX_ARG_STRLEN).
    static let stringBytes = 131_072
    /// Kept free for the variables that Weir adds.
    static let reserve = 4096

    /// Bytes of all arguments and variables together, each with its NUL byte and its pointer.
    static var totalBytes: Int {
        // Without a limit on the stack sysconf knows none, but the kernel has one of 6 MiB.
        min(sysconf(Int32(_SC_ARG_MAX)), 6 << 20) - reserve
    }

    package static func check(argv: [String], environment: [String: String]) throws(ArgumentError) {
        guard let command = argv.first, !command.isEmpty else { throw .empty }
        var total = 0
        for (index, argument) in argv.enumerated() {
            total += try size(of: argument.utf8, count: argument.utf8.count, .argument(index))
        }
        for (name, value) in environment {
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")) else { throw .invalidName(name) }
            guard !name.utf8.contains(0) else { throw .containsNUL(.variable(name)) }
            total += try size(of: value.utf8, count: name.utf8.count + 1 + value.utf8.count, .variable(name))
        }
        guard total <= totalBytes else { throw .tooLongTogether(bytes: total, limit: totalBytes) }
    }

    private static func size(of text: String.UTF8View, count: Int, _ place: ArgumentError.Place) throws(ArgumentError)
        -> Int
    {
        guard !text.contains(0) else { throw .containsNUL(place) }
        guard count < stringBytes else { throw .tooLong(place, bytes: count, limit: stringBytes - 1) }
        return count + 1 + MemoryLayout<UnsafeRawPointer>.size
    }
}
