import ArgumentParser
import Jobs

struct ProgressCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "progress",
        abstract: "Say, inside a job, how far it is.",
        discussion: """
            Whoever watches the run sees it; 'weir show JOB' has the last one. What a later attempt or another job has
            taken over by now is refused.

              weir progress 35 "resizing 35 of 100"
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: ArgumentHelp("0 to 100.", valueName: "percent")) var percent: Double
    @Argument(help: "What it is doing.") var message: String?

    func check() throws {
        guard percent >= 0, percent <= 100 else {
            throw ValidationError("the progress is a number from 0 to 100, not \(percent)")
        }
        if let message, message.utf8.count > 1_000 {
            throw ValidationError("the message has \(message.utf8.count) bytes; 1,000 is the most")
        }
    }

    func execute() throws {
        guard let context = JobContext.current else {
            if let type = DatabaseLocation.environment("WEIR_WORKER") {
                throw Failure(
                    "this is a process of worker '\(type)', which does not say which job it has: use job.progress of the "
                        + "helper", code: Failure.usage)
            }
            throw Failure(
                "'weir progress' belongs into a job: WEIR_JOB and WEIR_LEASE are not set", code: Failure.usage)
        }
        let store = try options.openStore(kind: "progress", create: false)
        try store.write {
            try $0.setProgress(context.job, leaseToken: context.leaseToken, percent: percent, message: message)
        }
        store.close()
    }
}
