import ArgumentParser
import Jobs
import SQLite

struct MemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Read and write what jobs leave for one another.",
        discussion: """
            Values are JSON under names. Inside a job they belong to its run, elsewhere to all; what a run does not have
            itself is read from all. Expressions read them as ${{ memory.NAME }}.

              weir memory set customers '["a", "b"]'
              weir memory get customers
              weir memory set --text greeting 'good morning'
              weir memory list --run 7
            """,
        subcommands: [MemoryGet.self, MemorySet.self, MemoryList.self, MemoryDelete.self])
}

/// Whose memory a command is about.
struct MemoryScopeOptions: ParsableArguments {
    @Option(help: "That of this run. (default: inside a job, its run; elsewhere that of all)") var run: RunID?
    @Flag(help: "That of all, also inside a job.") var global = false

    func validate() throws {
        if run != nil, global { throw ValidationError("give either --run or --global") }
    }

    /// The run whose memory is meant; `nil`: that of all.
    func run(in store: JobStore) throws -> RunID? {
        if global { return nil }
        if let run { return run }
        try JobContext.refuseInWorker(
            of: store, "use job.memory of the helper, or give --run ID or --global")
        guard let context = JobContext.current, context.belongs(to: store) else { return nil }
        return context.run
    }

    /// Where a change goes.
    func scope(in store: JobStore) throws -> MemoryScope { try run(in: store).map { .run($0) } ?? .global }
}

extension JobStore {
    /// Runs `body` in a transaction; inside a job of this database only while the job's lease holds, so that what is
    /// left of a lost attempt changes nothing.
    fileprivate func writeMemory<Result>(_ body: (JobTransaction) throws -> Result) throws -> Result {
        try write { transaction in
            if let context = JobContext.current, context.belongs(to: self) {
                try transaction.requireHeld(context.job, leaseToken: context.leaseToken)
            }
            return try body(transaction)
        }
    }
}

struct MemoryGet: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print a value.",
        discussion: """
            A run's own value, else that of all. --text prints a text without its quotes. The exit code is 65 when
            there is no such value and no --default.

              weir memory get customers
              weir memory get customers --format json   with its version, for --if-version
              weir memory get --default 0 counter
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var scope: MemoryScopeOptions
    @Flag(help: "A text as it is, without quotes.") var text = false
    @Option(name: .customLong("default"), help: ArgumentHelp("When there is none.", valueName: "json"))
    var fallback: String?
    @Option(help: "Print all that is known of it.") var format: OutputFormat?
    @Argument(help: "The name.") var name: String

    func check() throws {
        if text, format != nil { throw ValidationError("give either --text or --format") }
    }

    func execute() throws {
        let fallback = try fallback.map {
            try JSONInput.text($0, what: "--default", limit: JobTransaction.memoryLimit)
        }
        let store = try options.openStore(kind: "memory", create: false)
        let run = try scope.run(in: store)
        let entry = try store.look { transaction in
            if let run { _ = try transaction.state(of: run) }
            return try transaction.memory(name, for: run)
        }
        store.close()
        if let entry {
            MemoryPrinter.print(entry, format, asText: text)
        } else if let fallback {
            MemoryPrinter.print(fallback, asText: text)
        } else {
            let place = run.map { "run \($0) has no value '\(name)', and neither has the memory of all" }
            throw Failure(place ?? "there is no value '\(name)' in the memory; see 'weir memory list'")
        }
    }
}

struct MemorySet: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a value.",
        discussion: """
            The value is JSON of at most 1 MiB; @FILE reads a file, - standard input. --text takes it as a text.
            With --if-version or --if-absent nothing is changed when somebody else was faster; the exit code is then 76.

              weir memory set total 42
              weir memory set customers @customers.json
              weir memory set lock '"mine"' --if-absent
              weir memory set total 43 --if-version 1207
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var scope: MemoryScopeOptions
    @Option(help: ArgumentHelp("Only if this is still its version.", valueName: "n")) var ifVersion: Int?
    @Flag(help: "Only if there is no such value.") var ifAbsent = false
    @Flag(help: "The value is a text, not JSON.") var text = false
    @Argument(help: "The name, of at most 256 characters.") var name: String
    // So that a number with a minus is a value.
    @Argument(parsing: .allUnrecognized, help: ArgumentHelp("JSON, @FILE or -.", valueName: "value"))
    var values: [String]
    private var value: String { values[0] }

    func check() throws {
        if let extra = values.dropFirst().first {
            throw ValidationError("unexpected argument '\(extra)'; a value is one argument")
        }
        if let option = values.first, option.hasPrefix("--") { throw ValidationError("unknown option '\(option)'") }
        if ifVersion != nil, ifAbsent { throw ValidationError("give either --if-version or --if-absent") }
    }

    func execute() throws {
        let json = try json()
        let store = try options.openStore(kind: "memory", create: true)
        let scope = try scope.scope(in: store)
        let guarded: MemoryGuard = ifAbsent ? .absent : ifVersion.map { .version($0) } ?? .none
        _ = try store.writeMemory { try $0.setMemory(name, to: json, in: scope, if: guarded) }
        store.close()
    }

    private func json() throws -> String {
        guard text else {
            return try JSONInput.text(
                value, what: "the value", limit: JobTransaction.memoryLimit,
                advice: value.first.map { "-@{[".contains($0) } ?? false ? "" : "; --text stores it as a text")
        }
        guard value == "-" else { return JSONPrinter.quoted(value) }
        guard let read = String(validating: try InputFile.bytes("-"), as: UTF8.self) else {
            throw Failure("<stdin>: this is not UTF-8 text")
        }
        return JSONPrinter.quoted(read)
    }
}

struct MemoryList: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show all values.",
        discussion: """
            Of a run: its own and those of all that it reads.

              weir memory list
              weir memory list --run 7 --format json
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var scope: MemoryScopeOptions
    @Option(help: "How to print.") var format: OutputFormat = .table

    func execute() throws {
        let store = try options.openStore(kind: "memory", create: false)
        let run = try scope.run(in: store)
        let entries = try store.look { transaction in
            if let run { _ = try transaction.state(of: run) }
            return try transaction.memory(of: run)
        }
        store.close()
        if entries.isEmpty, format == .table { return StandardError.print("weir: the memory is empty") }
        MemoryPrinter.print(entries, format)
    }
}

struct MemoryDelete: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forget a value.",
        discussion: """
              weir memory delete customers
              weir memory delete lock --if-version 1207
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var scope: MemoryScopeOptions
    @Option(help: ArgumentHelp("Only if this is still its version.", valueName: "n")) var ifVersion: Int?
    @Argument(help: "The name.") var name: String

    func execute() throws {
        let store = try options.openStore(kind: "memory", create: false)
        let scope = try scope.scope(in: store)
        let wasThere = try store.writeMemory {
            try $0.deleteMemory(name, in: scope, if: ifVersion.map { .version($0) } ?? .none)
        }
        store.close()
        if !wasThere { StandardError.print("weir: there was no value '\(name)'") }
    }
}
