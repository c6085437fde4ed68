import Glibc
import WeirKit

/// Embeds a runner whose jobs never end, and says on standard output when one has begun.
@main
struct EmbeddingProgram {
    static func main() async throws {
        let queue = try JobQueue(path: CommandLine.arguments[1])
        try queue.register("endless") { (_: Int, context: JobContext) async throws -> Int in
            try context.saveCheckpoint("of attempt \(context.attempt)")
            say(isPipeSignalUntouched ? "began" : "SIGPIPE was changed")
            try await Task.sleep(for: .seconds(3_600))
            return 0
        }
        try await JobRunner(queue, options: JobRunner.Options(slots: 2)).run()
    }

    private static var isPipeSignalUntouched: Bool {
        var action = sigaction()
        sigaction(SIGPIPE, nil, &action)
        return unsafeBitCast(action.__sigaction_handler, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
    }

    private static func say(_ word: String) {
        let bytes = Array("\(word)\n".utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
