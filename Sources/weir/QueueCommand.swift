import ArgumentParser
import Jobs
import SQLite

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Show, pause and resume queues.",
        discussion: """
              weir queue pause mail
              weir queue list
              weir queue resume mail
            """,
        subcommands: [List.self, Pause.self, Resume.self])

    struct List: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show queues and how many jobs are in them.",
            discussion: """
                  weir queue list
                """)

        @OptionGroup var options: StoreOptions
        @Option(help: "How to print.") var format: OutputFormat = .table

        func execute() throws {
            let store = try options.openStore(kind: "queue", create: false)
            format.print(try store.look { try $0.queueTable() })
            store.close()
        }
    }

    struct Pause: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Keep a queue's jobs from starting; those that run go on.",
            discussion: """
                  weir queue pause mail
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The queue.") var name: String

        func execute() throws { try QueueCommand.setPaused(true, name, options) }
    }

    struct Resume: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Let a paused queue go on.",
            discussion: """
                  weir queue resume mail
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The queue.") var name: String

        func execute() throws { try QueueCommand.setPaused(false, name, options) }
    }

    private static func setPaused(_ pauses: Bool, _ name: String, _ options: StoreOptions) throws {
        let store = try options.openStore(kind: "queue", create: false)
        let changed = try store.write { try $0.setPaused(pauses, queue: name) }
        let state = pauses ? "paused" : "open"
        StandardError.print("queue \(name): \(changed ? state : "\(state) already")")
        store.close()
    }
}
