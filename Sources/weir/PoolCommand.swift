import ArgumentParser
import Jobs
import SQLite

struct PoolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool",
        abstract: "Bound how many jobs hold a resource at once.",
        discussion: """
              weir pool set gpu 2
              weir enqueue --pool gpu -- ./train.sh
              weir pool list
            """,
        subcommands: [Set.self, List.self])

    struct Set: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Make a pool, or change its capacity.",
            discussion: """
                Jobs that hold more than is left when the capacity shrinks go on; 0 keeps all others from starting.

                  weir pool set gpu 2
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The pool.") var name: String
        @Argument(help: "How many units may be held at once, over all runners.") var capacity: Int

        func validate() throws {
            guard (0...1_000_000).contains(capacity) else {
                throw ValidationError("the capacity must be a whole number from 0 to 1000000, not \(capacity)")
            }
        }

        func execute() throws {
            try NameCheck.pool(name)
            let store = try options.openStore(kind: "pool", create: true)
            try store.write { try $0.setPool(name, capacity: capacity) }
            store.close()
        }
    }

    struct List: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show pools, what is used of them, and how many jobs wait.",
            discussion: """
                Pools without a workflow are the database's own.

                  weir pool list --format csv
                """)

        @OptionGroup var options: StoreOptions
        @Option(help: "How to print.") var format: OutputFormat = .table

        func execute() throws {
            let store = try options.openStore(kind: "pool", create: false)
            format.print(try store.look { try $0.poolTable() })
            store.close()
        }
    }
}
