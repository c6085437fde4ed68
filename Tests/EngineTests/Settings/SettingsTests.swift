import Testing
import Workflows

@testable import Engine

@Suite struct `What is set` {
    private func file(_ text: String) throws -> SettingsLayer {
        let parsed = ConfigurationParser.parse("parallel:\n\(text)")
        return SettingsLayer(try #require(parsed.configuration).parallel, file: "/w/weir.yaml")
    }

    private func settings(
        flags: [(name: SettingName, option: String, value: SettingValue?)] = [], environment: [String: String] = [:],
        file: SettingsLayer = SettingsLayer(), rows: [String: String] = [:], processors: Int = 4
    ) throws -> Settings {
        try SettingsSources(
            layers: [file, try SettingsLayer(environment: environment), SettingsLayer(flags: flags)],
            processors: processors
        ).settings(rows: rows)
    }

    @Test func `are every processor, three retries and no limits where nobody says anything`() throws {
        let settings = try settings()
        #expect(settings.slots == 4)
        #expect(settings.timeout == nil)
        #expect(settings.memoryLimit == nil)
        #expect(settings.retries == nil)
        #expect(settings.monitors)
        #expect(settings.isEnabled)
        #expect(settings[.workers].source.description == "default: the number of processors")
        #expect(settings.notices == [])
    }

    @Test func `come from the strongest source that has them`() throws {
        let flags = [(name: SettingName.workers, option: "--slots", value: Optional(SettingValue.number(5)))]
        let environment = ["PARALLEL_MAX_WORKERS": "6", "PARALLEL_PROFILE": "conservative"]
        let file = try file("  workers: 7\n  batch_size: 70\n  retries: 4")
        let rows = ["parallel.workers": "8", "parallel.retries": "9", "parallel.timeout": "1000"]
        #expect(try settings(flags: flags, environment: environment, file: file, rows: rows).slots == 5)
        let settings = try settings(environment: environment, file: file, rows: rows)
        #expect(settings[.workers] == Setting(.number(6), .environment(variable: "PARALLEL_MAX_WORKERS")))
        #expect(settings[.batchSize] == Setting(.number(70), .file(path: "/w/weir.yaml", line: 3)))
        #expect(settings[.retries] == Setting(.number(4), .file(path: "/w/weir.yaml", line: 4)))
        #expect(settings[.timeout] == Setting(.number(1_000), .database(row: "parallel.timeout")))
        #expect(settings[.memoryLimit] == Setting(.number(256), .profile(.conservative)))
        #expect(settings[.monitoring].source.description == "default")
        let weaker = try self.settings(file: file, rows: rows)
        #expect(weaker[.workers].source.description == "/w/weir.yaml:2")
        #expect(try self.settings(rows: rows)[.workers].source.description == "database: parallel.workers")
    }

    @Test(arguments: [
        ("conservative", 8, 2, 600_000, 256, 5), ("balanced", 8, 4, 300_000, 512, 10),
        ("balanced", 1, 1, 300_000, 512, 10), ("performance", 8, 8, 180_000, 1_024, 20),
        ("maximum", 8, 16, 120_000, 2_048, 50),
    ])
    func `follow the reference's table of profiles`(
        name: String, processors: Int, workers: Int, timeout: Int, memory: Int, batch: Int
    ) throws {
        let settings = try settings(rows: ["parallel.profile": name], processors: processors)
        #expect(settings.slots == workers)
        #expect(settings.timeout == timeout)
        #expect(settings.memoryLimit == memory << 10)
        #expect(settings.batchSize == batch)
        #expect(settings.notices.isEmpty == (name != "maximum"))
        #expect(settings.adaptiveRange(processors: processors) == nil)
    }

    @Test func `of a profile can be taken off one by one`() throws {
        let settings = try settings(
            environment: ["PARALLEL_TASK_TIMEOUT": "none", "PARALLEL_MEMORY_LIMIT": "64"],
            rows: ["parallel.profile": "balanced"])
        #expect(settings.timeout == nil)
        #expect(settings.memoryLimit == 64 << 10)
    }

    @Test func `let the load decide with auto, up to the workers that somebody named`() throws {
        #expect(try settings(rows: ["parallel.profile": "auto"]).adaptiveRange(processors: 4) == 1...32)
        let few = try settings(rows: ["parallel.profile": "auto", "parallel.workers": "3"])
        #expect(few.adaptiveRange(processors: 4) == 1...3)
        let off = try settings(rows: ["parallel.profile": "auto", "parallel.enabled": "false"])
        #expect(off.adaptiveRange(processors: 4) == nil)
        #expect(off.slots == 1)
    }

    @Test func `that are switched off mean one job at a time, unless a stronger source names a number`() throws {
        let off = ["PARALLEL_EXECUTION_ENABLED": "false"]
        let settings = try settings(environment: off, rows: ["parallel.workers": "8"])
        #expect(settings[.workers] == Setting(.number(1), .environment(variable: "PARALLEL_EXECUTION_ENABLED")))
        let flags = [(name: SettingName.workers, option: "--slots", value: Optional(SettingValue.number(8)))]
        let stronger = try self.settings(flags: flags, environment: off)
        #expect(stronger.slots == 8)
        #expect(
            stronger.notices == ["--slots 8 goes before environment: PARALLEL_EXECUTION_ENABLED, which is false"])
        // The database keeps the number for later.
        let stored = try self.settings(rows: ["parallel.enabled": "false", "parallel.workers": "8"])
        #expect(stored.slots == 1)
        #expect(try self.settings(rows: ["parallel.enabled": "true", "parallel.workers": "8"]).slots == 8)
    }

    @Test func `that contradict one another in the environment are refused`() throws {
        let environment = ["PARALLEL_EXECUTION_ENABLED": "no", "PARALLEL_MAX_WORKERS": "3"]
        let error = #expect(throws: SettingsError.self) { try SettingsLayer(environment: environment) }
        #expect(
            error?.faults == [
                "PARALLEL_EXECUTION_ENABLED=false means one job at a time, and PARALLEL_MAX_WORKERS=3 means 3; "
                    + "unset one of them"
            ])
    }

    @Test func `that are wrong are named all at once, with what they can be`() throws {
        let environment = [
            "PARALLEL_MAX_WORKERS": "eight", "PARALLEL_TASK_TIMEOUT": "-5", "PARALLEL_MONITORING": "perhaps",
            "PARALLEL_PROFILE": "balnced", "PARALLEL_BATCH_SIZE": "", "PARALLEL_RETRY_ATTEMPTS": "3",
        ]
        let error = #expect(throws: SettingsError.self) { try SettingsLayer(environment: environment) }
        #expect(
            error?.faults == [
                "PARALLEL_PROFILE=balnced: it must be one of conservative, balanced, performance, maximum, auto; "
                    + "did you mean 'balanced'?",
                "PARALLEL_MAX_WORKERS=eight: it must be a whole number from 1 to 10000",
                "PARALLEL_TASK_TIMEOUT=-5: it must be a whole number of ms from 1 to 315360000000, or none",
                "PARALLEL_MONITORING=perhaps: it must be true or false",
            ])
        let rows = #expect(throws: SettingsError.self) { try SettingsLayer(rows: ["parallel.workers": "0"]) }
        #expect(
            rows?.faults == [
                "the database's setting 'parallel.workers' is '0', and must be a whole number from 1 to 10000; "
                    + "'weir config unset workers' removes it"
            ])
    }

    @Test func `have the same names and profiles in the file as elsewhere`() {
        #expect(ParallelSection.keys.sorted() == SettingName.allCases.map(\.rawValue).sorted())
        #expect(ParallelSection.profiles == Profile.allCases.map(\.rawValue))
    }
}
