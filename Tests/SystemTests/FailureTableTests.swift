import TestSupport
import Testing

/// What a step that failed for good does to others, with two runner processes: docs/workflows.md has the table.
@Suite(.serialized) struct `The table of failures` {
    struct Row: CustomStringConvertible {
        let flags: String
        /// Of the failing step, its sibling, an isolated sibling, its dependent, a pending step, an isolated pending one.
        let states: [String: String]
        let run: String

        var description: String { flags.isEmpty ? "neither" : flags }
    }

    private static func row(
        _ flags: String, sibling: String, dependent: String, pending: String, run: String
    ) -> Row {
        Row(
            flags: flags,
            states: [
                "failing": "failed", "sibling": sibling, "isolated": "succeeded", "dependent": dependent,
                "pending": pending, "pending-isolated": "succeeded",
            ], run: run)
    }

    static let rows = [
        row(
            "continueOnError: true", sibling: "succeeded", dependent: "succeeded", pending: "succeeded",
            run: "succeeded"),
        row(
            "continueOnError: true, parallel: {isolateErrors: false}", sibling: "cancelled", dependent: "succeeded",
            pending: "succeeded", run: "failed"),
        row("", sibling: "succeeded", dependent: "skipped", pending: "cancelled", run: "failed"),
        row(
            "parallel: {isolateErrors: true}", sibling: "succeeded", dependent: "skipped", pending: "succeeded",
            run: "failed"),
        row(
            "parallel: {isolateErrors: false}", sibling: "cancelled", dependent: "skipped", pending: "cancelled",
            run: "failed"),
    ]

    /// Ends once the test has seen that the other failed.
    private static let waiting = #"{shell: "touch $STEP; while ! [ -e go ]; do sleep 0.02; done"}"#

    private func document(_ row: Row) -> String {
        let flags = row.flags.isEmpty ? "" : ", \(row.flags)"
        return """
            name: failures
            steps:
              - {id: failing, config: {shell: "while ! [ -e sibling ] || ! [ -e isolated ]; do sleep 0.02; done; exit 3"}\
            \(flags)}
              - {id: sibling, env: {STEP: sibling}, config: \(Self.waiting)}
              - {id: isolated, env: {STEP: isolated}, config: \(Self.waiting), parallel: {isolateErrors: true}}
              - {id: dependent, dependsOn: failing, config: {command: "true"}}
              - {id: pending, dependsOn: isolated, config: {command: "true"}}
              - {id: pending-isolated, dependsOn: isolated, config: {command: "true"}, parallel: {isolateErrors: true}}
            """
    }

    @Test(arguments: rows)
    func `holds in each cell`(row: Row) throws {
        try withHost { host in
            try Files.write(document(row), to: "\(host.folder)/failures.yaml")
            try host.run("run", "--detach", "failures.yaml")
            try host.startRunner("--slots", "2")
            try host.startRunner("--slots", "2")
            try eventually("the step has failed") {
                try host.number("SELECT count(*) FROM job_history WHERE key = 'failing' AND state = 'failed'") == 1
            }
            if row.states["sibling"] == "cancelled" {
                try eventually("its sibling was stopped") {
                    try host.number("SELECT count(*) FROM job_history WHERE key = 'sibling' AND state = 'cancelled'")
                        == 1
                }
            }
            try Files.write("", to: "\(host.folder)/go")
            try eventually("the run has ended") {
                try host.number("SELECT count(*) FROM run_history WHERE finished_at IS NOT NULL") == 1
            }
            let states = try host.lines("SELECT key, state FROM job_history ORDER BY id")
            let expected = row.states.map { "\($0.key)|\($0.value)" }.sorted()
            #expect(states.sorted() == expected)
            #expect(try host.lines("SELECT state FROM run_history") == [row.run])
            // Whatever never ran says why.
            let silent = try host.lines(
                "SELECT key FROM job_history WHERE state IN ('skipped', 'cancelled') AND attempts = 0 AND error IS NULL"
            )
            #expect(silent == [])
            try host.stopRunners()
            try host.checkInvariants()
        }
    }
}
