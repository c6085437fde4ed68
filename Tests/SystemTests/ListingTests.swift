import TestSupport
import Testing

/// The listings of the reference on steps, byte for byte, with stand-ins for what they call.
@Suite(.serialized) struct `A listing of the reference, run as it stands` {
    /// What each step's command notes, and the commands that must have ended before.
    private static let listings: [(file: String, commands: [String: [String]])] = [
        ("automatic-detection.yaml", ["npm-install": [], "lint": ["npm-install"], "type-check": ["npm-install"]]),
        ("workflow-level.yaml", ["build:frontend": [], "build:backend": [], "npm-test": []]),
        ("step-level.yaml", ["process-data.sh": [], "data-processor": [], "curl": []]),
        ("resource-management.yaml", ["migrate": [], "sync-api.sh": []]),
        ("error-handling.yaml", ["critical-task.sh": [], "optional-task.sh": [], "independent-task.sh": []]),
    ]

    @Test func `starts each step once, after those that it depends on, and side by side where it may`() throws {
        for listing in Self.listings {
            try withHost { host in
                let standIns = StandIns(host: host, usual: 0.3)
                try standIns.install()
                try standIns.copy(listing.file)
                let run = try standIns.run([listing.file])
                #expect(try run.wait().exitCode == 0, "\(listing.file): \(run.error)")
                let entries = host.ledger.entries
                #expect(
                    entries.filter { $0.event == "start" }.map(\.note).sorted() == listing.commands.keys.sorted(),
                    "\(listing.file)")
                for (command, upstreams) in listing.commands {
                    let start = try #require(entries.firstIndex { $0.event == "start" && $0.note == command })
                    for upstream in upstreams {
                        let end = try #require(entries.firstIndex { $0.event == "end" && $0.note == upstream })
                        #expect(end < start, "\(listing.file): \(command) started before \(upstream) had ended")
                    }
                }
                // The steps that wait for nothing overlap: all have started before the first ends.
                let roots = Set(listing.commands.filter { $0.value.isEmpty }.keys)
                let firstEnd = try #require(entries.firstIndex { $0.event == "end" && roots.contains($0.note) })
                #expect(
                    entries[..<firstEnd].count { $0.event == "start" && roots.contains($0.note) } == roots.count,
                    "\(listing.file): \(entries)")
                try host.checkInvariants()
            }
        }
    }

    @Test(arguments: [
        (
            "critical-task.sh",
            ["critical-step|failed", "independent-step|succeeded", "optional-step|succeeded"], "failed"
        ),
        (
            "optional-task.sh",
            ["critical-step|succeeded", "independent-step|succeeded", "optional-step|failed"], "succeeded"
        ),
        (
            "independent-task.sh",
            ["critical-step|succeeded", "independent-step|failed", "optional-step|succeeded"], "failed"
        ),
    ])
    func `on errors keeps each failure where the flags say`(failing: String, states: [String], state: String) throws {
        try withHost { host in
            let standIns = StandIns(host: host, usual: 0.2, seconds: [failing: 0])
            try standIns.install()
            try standIns.copy("error-handling.yaml")
            let others = ["critical-task.sh", "optional-task.sh", "independent-task.sh"].filter { $0 != failing }
            try standIns.fail(failing, after: others)
            let run = try standIns.run(["error-handling.yaml"])
            #expect(try run.wait().exitCode == (state == "succeeded" ? 0 : 1), "\(run.error)")
            #expect(try host.lines("SELECT key, state FROM job_history ORDER BY key") == states)
            #expect(try host.lines("SELECT state FROM run_history") == [state])
            if state == "failed" { #expect(run.output.contains("partial results: 2 of 3"), "\(run.output)") }
            try host.checkInvariants()
        }
    }

    @Test func `goes on after every process was killed, and runs nothing again that had finished`() throws {
        try withHost { host in
            let standIns = StandIns(host: host, usual: 0.3)
            try standIns.install()
            try standIns.copy("complex.yaml")
            let run = try standIns.run(["complex.yaml"])
            try eventually("two of the second group run") {
                host.ledger.entries.count { $0.event == "start" && $0.note.hasPrefix("build:") } == 2
            }
            try run.kill()
            let finished = Set(try host.lines("SELECT key FROM job_history WHERE state = 'succeeded'"))
            #expect(finished.isSuperset(of: ["setup-env", "validate-config"]))
            try host.run("runner", "--drain-after", "idle")
            #expect(try host.lines("SELECT state FROM run_history") == ["succeeded"])
            #expect(host.ledger.repeated == [])
            for step in finished {
                let job = try host.number("SELECT id FROM job_history WHERE key = '\(step)'")
                #expect(host.ledger.starts(of: job) == 1, "\(step) ran again")
            }
            try host.checkInvariants()
        }
    }
}
