import ArgumentParser
import Engine
import Jobs

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show and change how runners and jobs are set.",
        discussion: """
            A flag goes before the environment, that before weir.yaml, that before the database, that before the profile.

              weir config                       every value, and where it comes from
              weir config set workers 4      in the database; running runners take it up
              weir config get workers
              weir config unset workers
            """,
        subcommands: [List.self, Get.self, Set.self, Unset.self], defaultSubcommand: List.self)

    struct List: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show every value, and where it comes from.",
            discussion: """
                  weir config list --format json
                """)

        @OptionGroup var options: StoreOptions
        @Option(help: "How to print.") var format: OutputFormat = .table

        func execute() throws {
            let store = try options.openIfThere(kind: "config")
            let settings = try SettingsReader.settings(for: store, at: options.path)
            format.print(SettingsTable.table(settings))
            for notice in settings.notices { StandardError.print("weir: \(notice)") }
            store?.close()
        }
    }

    struct Get: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Print one value.",
            discussion: """
                  weir config get batch_size
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The setting.") var name: String

        func execute() throws {
            let name = try SettingName(word: name)
            let store = try options.openIfThere(kind: "config")
            Output.print(try SettingsReader.settings(for: store, at: options.path)[name].value.text)
            store?.close()
        }
    }

    struct Set: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Set a value in the database; running runners take it up.",
            discussion: """
                  weir config set workers 4
                  weir config set timeout 5m
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The setting.") var name: String
        @Argument(parsing: .allUnrecognized, help: "Its value.") var value: [String]

        func execute() throws {
            let name = try SettingName(word: name)
            guard value.count == 1, let text = value.first else {
                throw ValidationError("give one value, as in: weir config set workers 4")
            }
            try StoredSetting.set(name, to: try name.value(of: text), options: options)
        }
    }

    struct Unset: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "unset",
            abstract: "Remove a value from the database.",
            discussion: """
                  weir config unset workers
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The setting.") var name: String

        func execute() throws {
            try StoredSetting.set(try SettingName(word: name), to: nil, options: options)
        }
    }
}

/// Settings in the database.
enum StoredSetting {
    /// Sets or, with `nil`, removes it, and says what goes before it here.
    static func set(_ name: SettingName, to value: SettingValue?, options: StoreOptions) throws {
        let store = try options.openStore(kind: "config", create: true)
        defer { store.close() }
        try store.write { try $0.setParallelSetting(name.row, to: value?.text) }
        guard let value else { return }
        // What is wrong elsewhere is no fault of this command, and it has done what it was to do.
        guard let sources = try? SettingsReader.sources(database: store.path),
            let settings = try? SettingsReader.settings(from: sources, in: store)
        else { return }
        let effective = settings[name]
        if effective.value != value {
            StandardError.print(
                "weir: stored, but here \(name.rawValue) is \(effective.value.text) (\(effective.source.description))")
        }
        if name == .profile { for notice in settings.notices { StandardError.print("weir: \(notice)") } }
    }
}
