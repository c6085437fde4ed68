import ArgumentParser
import Engine
import Jobs
import Logging
import SQLite
import Schedules

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Enqueue jobs and workflows at set times.",
        discussion: """
            The times are kept by whatever runners there are; each time is enqueued once, however many they are.

              weir schedule add backup --cron "0 3 * * *" --zone UTC -- ./backup.sh
              weir schedule add report --workflow report.yaml   as the file says
              weir schedule list
              weir schedule show backup --next 5
            """,
        subcommands: [
            ScheduleAdd.self, List.self, Show.self, Pause.self, Resume.self, RunNow.self, Remove.self,
        ])

    struct List: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show schedules, their next times, and what became of the last.",
            discussion: """
                  weir schedule list --format json
                """)

        @OptionGroup var options: StoreOptions
        @Option(help: "How to print.") var format: OutputFormat = .table

        func execute() throws {
            let store = try options.openStore(kind: "schedule", create: false)
            format.print(try store.look { try $0.scheduleTable() })
            store.close()
        }
    }

    struct Show: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a schedule, its next times and its last ones.",
            discussion: """
                  weir schedule show backup --next 5
                """)

        @OptionGroup var options: StoreOptions
        @Option(help: "How to print.") var format: OutputFormat = .table
        @Option(help: ArgumentHelp("How many times to come.", valueName: "n")) var next = 10
        @Option(help: ArgumentHelp("How many past times.", valueName: "n")) var last = 10
        @Argument(help: "The schedule.") var name: String

        func check() throws {
            guard (0...1_000).contains(next), (0...1_000).contains(last) else {
                throw ValidationError("--next and --last must be whole numbers from 0 to 1000")
            }
        }

        func execute() throws {
            let store = try options.openStore(kind: "schedule", create: false)
            let (stored, fires) = try store.look {
                (try $0.schedule(named: name), try $0.fireTable(of: name, limit: last))
            }
            let schedule = stored.schedule
            var report = Report()
            report.add("name", schedule.name)
            report.add("state", stored.isPaused ? "paused" : stored.nextAt == nil ? "over" : "active")
            report.add("cron", schedule.cron)
            report.add("zone", schedule.zone)
            report.add("overlap", schedule.overlap.rawValue)
            report.add("catch_up_ms", .integer(Int64(schedule.catchUp)))
            switch schedule.work {
            case .job(let spec): report.add("command", ([spec.command] + spec.arguments).joined(separator: " "))
            case .workflow(let workflow):
                report.add("workflow", workflow.file)
                report.add("inputs", json: workflow.inputs)
            }
            report.add("next", title: "next times", try nextTimes(stored, now: store.timekeeper.now()))
            report.add("fires", title: "last times", fires)
            report.print(format)
            store.close()
        }

        /// By the zone's clock and in UTC.
        private func nextTimes(_ stored: StoredSchedule, now: Timestamp) throws -> Table {
            let times = try stored.schedule.fireTimes()
            var table = Table(columns: ["local", "utc"])
            // A paused one goes on from whenever it is resumed.
            var moment = stored.isPaused ? times.next(after: now) : stored.nextAt
            while let time = moment, table.rows.count < next {
                table.rows.append([
                    .text(times.zone.text(of: time.rawValue)),
                    .text(TimeZone.utc.text(of: time.rawValue).replacing("+00:00", with: "Z")),
                ])
                moment = times.next(after: time)
            }
            return table
        }
    }

    struct Pause: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Let a schedule's times pass; what it enqueued goes on.",
            discussion: """
                  weir schedule pause backup
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The schedule.") var name: String

        func execute() throws {
            let store = try options.openStore(kind: "schedule", create: false)
            let changed = try store.write { try $0.pauseSchedule(name) }
            StandardError.print("schedule \(name): paused\(changed ? "" : " already")")
            store.close()
        }
    }

    struct Resume: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Let a paused schedule go on; times that passed are not made up for.",
            discussion: """
                  weir schedule resume backup
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The schedule.") var name: String

        func execute() throws {
            let store = try options.openStore(kind: "schedule", create: false)
            let changed = try Scheduler(store: store, log: LogOutput.logger(.schedule, level: .warning)).resume(name)
            StandardError.print("schedule \(name): active\(changed ? "" : " already")")
            store.close()
        }
    }

    struct RunNow: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Enqueue a schedule's job or run now, paused or not, and print its id.",
            discussion: """
                  weir wait "$(weir schedule run backup)"
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The schedule.") var name: String

        func execute() throws {
            let store = try options.openStore(kind: "schedule", create: false)
            defer { store.close() }
            let scheduler = Scheduler(store: store, log: LogOutput.logger(.schedule, level: .warning))
            switch try scheduler.fireNow(name) {
            case .enqueued(let job): Output.print("\(job)")
            case .started(let run): Output.print("\(run)")
            case .skipped, .lost:
                throw Failure("schedule '\(name)' was changed meanwhile; try again", code: Failure.temporary)
            }
        }
    }

    struct Remove: WeirCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Remove a schedule and the record of its times; what it enqueued stays.",
            discussion: """
                  weir schedule remove backup
                """)

        @OptionGroup var options: StoreOptions
        @Argument(help: "The schedule.") var name: String

        func execute() throws {
            let store = try options.openStore(kind: "schedule", create: false)
            try store.write { try $0.removeSchedule(name) }
            StandardError.print("schedule \(name): removed")
            store.close()
        }
    }
}
