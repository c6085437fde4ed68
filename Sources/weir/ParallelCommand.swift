import ArgumentParser
import Engine
import Jobs
import SQLite

struct ParallelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parallel",
        abstract: "Say how much runs at once.",
        discussion: """
            Stored in the database; running runners take it up within a second. `weir config` has every setting.

              weir parallel enable
              weir parallel workers 8
              weir parallel profile performance
              weir parallel status
            """,
        subcommands: [
            Enable.self, Disable.self, Workers.self, Status.self, ProfileChoice.self, BenchmarkCommand.self,
            MonitorCommand.self,
        ])

    struct Enable: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Let runners execute several jobs at once.",
            discussion: """
                  weir parallel enable
                """)

        @OptionGroup var options: StoreOptions

        func execute() throws { try StoredSetting.set(.enabled, to: .flag(true), options: options) }
    }

    struct Disable: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable",
            abstract: "One job at a time; the number of workers is kept for later.",
            discussion: """
                  weir parallel disable
                """)

        @OptionGroup var options: StoreOptions

        func execute() throws { try StoredSetting.set(.enabled, to: .flag(false), options: options) }
    }

    struct Workers: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "workers",
            abstract: "How many jobs each runner executes at once.",
            discussion: """
                  weir parallel workers 8
                """)

        @OptionGroup var options: StoreOptions
        @Argument(parsing: .allUnrecognized, help: "1 to 10000.") var count: [String]

        func execute() throws {
            guard count.count == 1, let text = count.first else {
                throw ValidationError("give one number, as in: weir parallel workers 8")
            }
            try StoredSetting.set(.workers, to: try SettingName.workers.value(of: text), options: options)
        }
    }

    struct ProfileChoice: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "profile",
            abstract: "Choose a set of defaults for runners and jobs.",
            discussion: """
                conservative  2 workers, 10 minutes, 256 MiB, batches of 5
                balanced      a worker for every second processor, 5 minutes, 512 MiB, batches of 10
                performance   a worker for each processor, 3 minutes, 1 GiB, batches of 20
                maximum       two workers for each processor, 2 minutes, 2 GiB, batches of 50: use with caution
                auto          as many workers as the machine stands: more while it has nothing to do

                  weir parallel profile performance
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "Its name.") var name: String

        func execute() throws {
            try StoredSetting.set(.profile, to: try SettingName.profile.value(of: name), options: options)
        }
    }

    struct Status: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show what is set, and what runners do.",
            discussion: """
                  weir parallel status --format json
                """)

        @OptionGroup var options: StoreOptions
        @Option(help: "How to print.") var format: OutputFormat = .table

        func execute() throws {
            let store = try options.openStore(kind: "parallel", create: false)
            defer { store.close() }
            let settings = try SettingsReader.settings(
                from: SettingsReader.sources(database: store.path), in: store)
            let survey = try RunnerSurvey(of: store)
            var report = Report()
            report.add("parallel", settings.isEnabled ? "enabled" : "disabled")
            report.add("profile", settings.hasProfile ? settings.profile.rawValue : "balanced (not chosen)")
            report.add("workers", .integer(Int64(settings.slots)))
            report.add("runners", .integer(Int64(survey.entries.count)))
            report.add("slots", .integer(Int64(survey.entries.reduce(0) { $0 + $1.runner.slots })))
            report.add("running", .integer(Int64(survey.entries.reduce(0) { $0 + $1.runner.running })))
            report.add("settings", SettingsTable.table(settings))
            report.add("queues", try store.look { try $0.queueTable() })
            report.print(format)
        }
    }
}
