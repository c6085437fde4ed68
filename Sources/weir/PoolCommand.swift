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
              weir enqueue --pool cpu=4 --pool memory=2000 -- ./render.sh
              weir pool list

            The pools cpu (cores) and memory (MiB) need no setting: what the machine has is theirs.
            """,
        subcommands: [Set.self, List.self])

    struct Set: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Make a pool, or change its capacity.",
            discussion: """
                Jobs that hold more than is left when the capacity shrinks go on; 0 keeps all others from starting.
                Each unit of an indexed pool has a number from 0: a job that runs has those of its own in the variable
                WEIR_POOL_NAME, and of the pool gpu, which is indexed without being asked, in CUDA_VISIBLE_DEVICES.

                  weir pool set gpu 2
                  weir pool set port 8 --indexed
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The pool.") var name: String
        @Argument(help: "How many units may be held at once, over all runners.") var capacity: Int

        @Flag(
            inversion: .prefixedNo, help: "Number the units and tell each job its own. (default: as it was; gpu: yes)")
        var indexed: Bool?

        func check() throws {
            guard (0...1_000_000).contains(capacity) else {
                throw ValidationError("the capacity must be a whole number from 0 to 1000000, not \(capacity)")
            }
        }

        func execute() throws {
            try NameCheck.pool(name)
            let store = try options.openStore(kind: "pool", create: true)
            try store.write { try $0.setPool(name, capacity: capacity, isIndexed: indexed) }
            store.close()
        }
    }

    struct List: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show pools, what is used of them, and how many jobs wait.",
            discussion: """
                Pools without a workflow are the database's own; of origin 'machine' are those that nobody has set.

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
