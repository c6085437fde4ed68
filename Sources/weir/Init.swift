import ArgumentParser
import Jobs

struct Init: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a database in this directory.",
        discussion: """
            Without --db and $WEIR_DB it is .weir/weir.db here, which commands in this directory and below then use.

              weir init
              weir init --db /var/lib/weir/jobs.db
            """)

    @OptionGroup var options: StoreOptions

    func execute() throws {
        var options = options
        if options.database == nil, DatabaseLocation.environment("WEIR_DB") == nil {
            options.database = "\(DatabaseLocation.folder)/\(DatabaseLocation.file)"
        }
        let store = try options.openStore(kind: "init", create: true)
        Output.print(store.path)
        store.close()
    }
}
