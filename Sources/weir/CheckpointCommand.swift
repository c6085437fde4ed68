import ArgumentParser
import Glibc
import Jobs

struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Save, inside a job, what its next attempt goes on from.",
        discussion: """
            A checkpoint stays through failed, interrupted and lost attempts, and goes when the job succeeds. The next
            attempt finds it in WEIR_CHECKPOINT, when it has at most 32 KiB, and by 'weir checkpoint get'.

              page=$(weir checkpoint get) || page=0
              weir checkpoint set "$((page + 1))"
            """,
        subcommands: [CheckpointSet.self, CheckpointGet.self, CheckpointClear.self])

    fileprivate static func context(_ command: String) throws -> JobContext {
        guard let context = JobContext.current else {
            throw Failure(
                "'weir checkpoint \(command)' belongs into a job: WEIR_JOB and WEIR_LEASE are not set",
                code: Failure.usage)
        }
        return context
    }
}

struct CheckpointSet: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Save a checkpoint.",
        discussion: """
            JSON of at most 1 MiB; @FILE reads a file, - standard input. What a later attempt has taken over by now is
            refused.

              weir checkpoint set '{"page": 12}'
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: "JSON, @FILE or -.") var value: String

    func execute() throws {
        let context = try CheckpointCommand.context("set")
        let json = try JSONInput.text(value, what: "the checkpoint", limit: JobTransaction.checkpointLimit)
        let store = try options.openStore(kind: "checkpoint", create: false)
        try store.write { try $0.setCheckpoint(context.job, leaseToken: context.leaseToken, json) }
        store.close()
    }
}

struct CheckpointGet: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print the checkpoint.",
        discussion: """
            Of the job that this is called in, or of the one that is named. The exit code is 1, and nothing is printed,
            when there is none.

              weir checkpoint get
              weir checkpoint get 12
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var job: JobID?

    func execute() throws {
        let job = try job ?? CheckpointCommand.context("get").job
        let store = try options.openStore(kind: "checkpoint", create: false)
        let checkpoint = try store.look { try $0.checkpoint(of: job) }
        store.close()
        guard let checkpoint else { throw ExitCode(1) }
        Output.print(Terminal.safe(checkpoint, for: STDOUT_FILENO))
    }
}

struct CheckpointClear: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear",
        abstract: "Forget the checkpoint: the next attempt begins from the start.",
        discussion: """
              weir checkpoint clear
            """)

    @OptionGroup var options: StoreOptions

    func execute() throws {
        let context = try CheckpointCommand.context("clear")
        let store = try options.openStore(kind: "checkpoint", create: false)
        try store.write { try $0.setCheckpoint(context.job, leaseToken: context.leaseToken, nil) }
        store.close()
    }
}
