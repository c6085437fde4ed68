import Glibc
import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `Statements` {
    /// The plan of each statement that a turn runs, as SQLite tells it; a line for each step.
    @Test(arguments: plans)
    func `on the hot path search by their indexes`(name: String, sql: SQL, expected: [String]) throws {
        try withJobStore { store, _ in
            try store.write { try $0.setPool("p", capacity: 1) }
            for _ in 0..<3 { try store.enqueue { $0.pools = ["p": 1] } }
            _ = try store.claim(for: store.runner())
            let table = try store.read { connection in
                try connection.dynamic(
                    "EXPLAIN QUERY PLAN \(sql.text)", Array(repeating: .null, count: parameters(of: sql.text)))
            }
            let steps = table.rows.map { $0[3].plainText }
            #expect(steps == expected, "\(name): \(steps)")
        }
    }

    @Test func `can all be prepared on the migrated schema`() throws {
        try withJobStore { store, _ in
            var count = 0
            for text in try statementsInSources() {
                _ = try store.read { connection in
                    try connection.dynamic("EXPLAIN \(text)", Array(repeating: .null, count: parameters(of: text)))
                }
                count += 1
            }
            for invariant in Invariant.all { #expect(try store.read { try invariant.violations(in: $0) } == []) }
            #expect(count > 80)
        }
    }

    private func parameters(of sql: String) -> Int { Set(sql.matches(of: /:[a-z_]+/).map { String($0.output) }).count }

    /// Every literal of the type `SQL` in `Sources/Jobs`.
    private func statementsInSources() throws -> [String] {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(folder)/Sources/Jobs"
        let stream = try #require(opendir(path))
        defer { closedir(stream) }
        var statements: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".swift") else { continue }
            let text = try contents(of: "\(path)/\(name)")
            statements += text.matches(of: /: SQL =\s+"""\n((?s).*?)"""/).map { String($0.output.1) }
            statements += text.matches(of: /: SQL =\s+"([^"\n]+)"/).map { String($0.output.1) }
        }
        return statements
    }

    private func contents(of path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

private typealias Store = JobTransaction

private let plans: [(String, SQL, [String])] = [
    ("bestOfQueue", Store.bestOfQueueSQL, ["SEARCH lanes USING INDEX lanes_open (queue_id=? AND type=?)"]),
    ("bestOfRun", Store.bestOfRunSQL, ["SEARCH lanes USING INDEX lanes_open_of_run (run_id=? AND type=?)"]),
    ("readyOfLane", Store.readyOfLaneSQL, ["SEARCH jobs USING INDEX jobs_ready (lane_id=?)"]),
    ("claim", Store.claimSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("usage", Store.usageSQL, ["SEARCH limits USING INTEGER PRIMARY KEY (rowid=?)"]),
    (
        "bestWaiter", Store.bestWaiterSQL,
        [
            "SEARCH w USING INDEX lanes_waiting (waits_for=?)", "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH q USING INTEGER PRIMARY KEY (rowid=?)", "SEARCH held USING PRIMARY KEY (lane_id=? AND limit_id=?)",
        ]
    ),
    (
        "waiters", Store.waitersSQL,
        [
            "SEARCH w USING COVERING INDEX lanes_waiting_of_queue (waits_for=? AND queue_id=? AND type=?)",
            "CORRELATED SCALAR SUBQUERY 1", "SEARCH other USING PRIMARY KEY (lane_id=? AND limit_id=?)",
            "SEARCH held USING PRIMARY KEY (lane_id=? AND limit_id=?)",
        ]
    ),
    (
        "nextQueueOfWaiters", Store.nextQueueOfWaitersSQL,
        ["SEARCH lanes USING COVERING INDEX lanes_waiting_of_queue (waits_for=? AND (queue_id,type)>(?,?))"]
    ),
    (
        "wakeRun", Store.wakeRunSQL,
        [
            "SEARCH lanes USING INDEX lanes_of_run (run_id=?)", "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH held USING PRIMARY KEY (lane_id=? AND limit_id=?)", "SEARCH l USING INTEGER PRIMARY KEY (rowid=?)",
        ]
    ),
    ("offer", Store.offerSQL, ["SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("setHead", Store.setHeadSQL, ["SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("setWait", Store.setWaitSQL, ["SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("bestReady", Store.bestReadySQL, ["SEARCH jobs USING INDEX jobs_ready (lane_id=?)"]),
    ("limitsOfLane", Store.limitsOfLaneSQL, ["SEARCH lane_limits USING PRIMARY KEY (lane_id=?)"]),
    (
        "indexedLimits", Store.indexedLimitsSQL,
        ["SEARCH held USING PRIMARY KEY (lane_id=?)", "SEARCH l USING INTEGER PRIMARY KEY (rowid=?)"]
    ),
    ("unitsInUse", Store.unitsInUseSQL, ["SEARCH limit_units USING PRIMARY KEY (limit_id=?)"]),
    ("findLane", Store.findLaneSQL, ["SEARCH lanes USING COVERING INDEX sqlite_autoindex_lanes_1 (key=?)"]),
    ("unplaced", Store.unplacedSQL, ["SEARCH jobs USING INDEX jobs_ready (lane_id=?)"]),
    ("due", Store.dueSQL, ["SEARCH jobs USING INDEX jobs_scheduled (run_at<?)"]),
    ("nextDue", Store.nextDueSQL, ["SEARCH jobs USING INDEX jobs_scheduled"]),
    ("promote", Store.promoteSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("held", Store.heldSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("end", Store.endSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("again", Store.againSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    (
        "dependents", Store.dependentsSQL,
        ["SEARCH dependencies USING COVERING INDEX dependencies_of_upstream (depends_on=?)"]
    ),
    ("meet", Store.meetSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("skip", Store.skipSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("countEnd", Store.countEndSQL, ["SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("parallelSettings", Store.parallelSettingsSQL, ["SEARCH settings USING PRIMARY KEY (name>? AND name<?)"]),
    ("renew", Store.renewSQL, ["SEARCH runners USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("isLive", Store.isLiveSQL, ["SEARCH runners USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("isToDrain", Store.isToDrainSQL, ["SEARCH runners USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("requestDrain", Store.requestDrainSQL, ["SEARCH runners USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("memory", Store.memorySQL, ["SEARCH memory USING PRIMARY KEY (run_id=? AND name=?)"]),
    ("memories", Store.memoriesSQL, ["SEARCH memory USING PRIMARY KEY (run_id=?)"]),
    ("deleteMemory", Store.deleteMemorySQL, ["SEARCH memory USING PRIMARY KEY (run_id=? AND name=?)"]),
    ("setCheckpoint", Store.setCheckpointSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("toStop", Store.toStopSQL, ["SEARCH jobs USING INDEX jobs_to_stop (runner_id=?)"]),
    (
        "others", Store.othersSQL,
        [
            "SCAN runners USING INDEX runners_open", "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH j USING COVERING INDEX jobs_held (runner_id=?)",
        ]
    ),
    ("fence", Store.fenceSQL, ["SEARCH jobs USING INDEX jobs_held (runner_id=?)"]),
    ("lostJobs", Store.lostJobsSQL, ["SEARCH jobs USING INDEX jobs_held (runner_id=?)"]),
    ("holder", Store.holderSQL, ["SEARCH jobs USING INDEX jobs_key (key=?)"]),
    ("jobsOfRequest", Store.jobsOfRequestSQL, ["SEARCH jobs USING INDEX jobs_key (key>? AND key<?)"]),
    ("nextJob", Store.nextJobSQL, ["SEARCH jobs"]),
    ("nextFire", Store.nextFireSQL, ["SEARCH schedules USING INDEX schedules_due (next_at>?)"]),
    ("dueSchedules", Store.dueSchedulesSQL, ["SEARCH schedules USING INDEX schedules_due (next_at<?)"]),
    ("pass", Store.passSQL, ["SEARCH schedules USING INTEGER PRIMARY KEY (rowid=?)"]),
    (
        "openFires", Store.openFiresSQL,
        [
            "SEARCH f USING INDEX schedule_fires_open (schedule_id=?)",
            "SEARCH j USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ]
    ),
    ("settled", Store.settledSQL, ["SCAN runs USING INDEX runs_settled"]),
    ("settledOfRun", Store.settledOfRunSQL, ["SCAN runs USING INDEX runs_settled"]),
    ("nextDeadline", Store.nextDeadlineSQL, ["SEARCH runs USING INDEX runs_deadline (deadline>?)"]),
    ("expired", Store.expiredSQL, ["SEARCH runs USING INDEX runs_deadline (deadline>? AND deadline<?)"]),
    (
        "facts", Store.factsSQL,
        [
            "SEARCH j USING INDEX jobs_step (run_id=? AND key=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ]
    ),
    (
        "partsFacts", Store.partsFactsSQL,
        [
            "SEARCH j USING INDEX jobs_of_parent (parent_id=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ]
    ),
    (
        "latestPart", Store.latestPartSQL,
        [
            "SEARCH j USING INDEX jobs_of_step (run_id=? AND step=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ]
    ),
    (
        "isFamilyOpen", Store.isFamilyOpenSQL,
        [
            "SCAN CONSTANT ROW", "SCALAR SUBQUERY 1", "SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)",
            "SCALAR SUBQUERY 2", "SEARCH runs USING INDEX runs_of_root (root_id=?)",
        ]
    ),
    (
        "unmet", Store.unmetSQL,
        ["SEARCH d USING PRIMARY KEY (job_id=?)", "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)"]
    ),
    // The monitor's: none of them looks at what has ended.
    ("storeMinute", Store.storeMinuteSQL, []),
    (
        "pruneMinutes", Store.pruneMinutesSQL,
        [
            "SEARCH runner_minutes USING PRIMARY KEY (minute<?)", "SCALAR SUBQUERY 1",
            "SEARCH runner_minutes USING PRIMARY KEY",
        ]
    ),
    ("totalsByMinute", Store.totalsByMinuteSQL, ["SEARCH runner_minutes USING PRIMARY KEY (minute>?)"]),
    ("totals", Store.totalsSQL, ["SEARCH runner_minutes USING PRIMARY KEY (minute>? AND minute<?)"]),
    ("minutesOfRunners", Store.minutesOfRunnersSQL, ["SEARCH runner_minutes USING PRIMARY KEY (minute>?)"]),
    (
        "waitLengths", Store.waitLengthsSQL,
        [
            "SEARCH m USING PRIMARY KEY (minute>? AND minute<?)", "SCAN h VIRTUAL TABLE INDEX 1:",
            "USE TEMP B-TREE FOR GROUP BY",
        ]
    ),
    (
        "runLengths", Store.runLengthsSQL,
        [
            "SEARCH m USING PRIMARY KEY (minute>? AND minute<?)", "SCAN h VIRTUAL TABLE INDEX 1:",
            "USE TEMP B-TREE FOR GROUP BY",
        ]
    ),
    ("figuresByMinute", Store.figuresByMinuteSQL, ["SEARCH runner_minutes USING PRIMARY KEY (minute>?)"]),
    (
        "durationsByMinute", Store.durationsByMinuteSQL,
        ["SEARCH m USING PRIMARY KEY (minute>?)", "SCAN h VIRTUAL TABLE INDEX 1:"]
    ),
    (
        "countReady", Store.countReadySQL,
        ["CO-ROUTINE (subquery-1)", "SEARCH jobs USING INDEX jobs_ready (lane_id=?)", "SCAN (subquery-1)"]
    ),
    (
        "countUnplaced", Store.countUnplacedSQL,
        [
            "CO-ROUTINE (subquery-1)", "SEARCH jobs USING INDEX jobs_ready (lane_id=?)", "SCAN (subquery-1)",
            "USE TEMP B-TREE FOR GROUP BY",
        ]
    ),
    (
        "countScheduled", Store.countScheduledSQL,
        [
            "CO-ROUTINE (subquery-1)", "SCAN jobs USING INDEX jobs_scheduled", "SCAN (subquery-1)",
            "USE TEMP B-TREE FOR GROUP BY",
        ]
    ),
    (
        "countBlocked", Store.countBlockedSQL,
        [
            "CO-ROUTINE (subquery-1)", "SCAN jobs USING INDEX jobs_blocked", "SCAN (subquery-1)",
            "USE TEMP B-TREE FOR GROUP BY",
        ]
    ),
    (
        "countRunning", Store.countRunningSQL,
        ["SEARCH jobs USING INDEX jobs_held (runner_id>?)", "USE TEMP B-TREE FOR GROUP BY"]
    ),
    (
        "oldestReady", Store.oldestReadySQL,
        [
            "CO-ROUTINE (subquery-1)", "SCAN jobs USING INDEX jobs_ready", "SCAN (subquery-1)",
            "USE TEMP B-TREE FOR GROUP BY",
        ]
    ),
    (
        "pieceStart", Store.pieceStartSQL,
        ["SEARCH outputs USING PRIMARY KEY (job_id=? AND attempt=? AND start<?)"]
    ),
    ("outputEnd", Store.outputEndSQL, ["SEARCH outputs USING PRIMARY KEY (job_id=? AND attempt=?)"]),
    (
        "conclusion", Store.conclusionSQL,
        [
            "SEARCH j USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ]
    ),
    (
        "typesWithWork", Store.typesWithWorkSQL,
        [
            "COMPOUND QUERY", "LEFT-MOST SUBQUERY", "SCAN lanes USING INDEX lanes_open", "UNION ALL",
            "SEARCH lanes USING COVERING INDEX lanes_waiting_of_queue (waits_for>?)",
        ]
    ),
    (
        "lanesWithWork", Store.lanesWithWorkSQL,
        [
            "COMPOUND QUERY", "LEFT-MOST SUBQUERY", "SCAN lanes USING INDEX lanes_open", "UNION ALL",
            "SEARCH lanes USING COVERING INDEX lanes_waiting_of_queue (waits_for>?)",
        ]
    ),
    (
        "runningJobs", Store.runningJobsSQL,
        [
            "SEARCH j USING INDEX jobs_held (runner_id>?)", "SEARCH q USING INTEGER PRIMARY KEY (rowid=?)",
            "CORRELATED SCALAR SUBQUERY 2", "CO-ROUTINE a", "SCAN json_each VIRTUAL TABLE INDEX 1:", "SCAN a",
            "USE TEMP B-TREE FOR ORDER BY",
        ]
    ),
    (
        "recentFailures", Store.recentFailuresSQL,
        [
            "CO-ROUTINE f", "SCAN recent_failures", "SCAN f", "SEARCH j USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH q USING INTEGER PRIMARY KEY (rowid=?)", "CORRELATED SCALAR SUBQUERY 2", "CO-ROUTINE a",
            "SCAN json_each VIRTUAL TABLE INDEX 1:", "SCAN a", "USE TEMP B-TREE FOR ORDER BY",
        ]
    ),
    ("endedJobs", Store.endedJobsSQL, ["SEARCH jobs USING INDEX jobs_ended (seq>?)"]),
    ("heldJobs", Store.heldJobsSQL, ["SEARCH jobs USING INDEX jobs_held (runner_id>?)"]),
    ("newJobs", Store.newJobsSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid>?)"]),
    ("endedRuns", Store.endedRunsSQL, ["SEARCH runs USING INDEX runs_ended (seq>?)"]),
    ("pausedRuns", Store.pausedRunsSQL, ["SCAN runs USING INDEX runs_paused"]),
    ("pauseExecution", Store.pauseExecutionSQL, ["SEARCH executions USING INDEX executions_of_run (run_id=?)"]),
    ("resumeExecution", Store.resumeExecutionSQL, ["SEARCH executions USING INDEX executions_of_run (run_id=?)"]),
    (
        "setAnswer", Store.setAnswerSQL,
        ["SEARCH execution_tasks USING INDEX execution_tasks_open_job (job_id=?)"]
    ),
    ("openLanesOfRun", Store.openLanesOfRunSQL, ["SEARCH lanes USING INDEX lanes_waiting (waits_for=?)"]),
    ("runOfKey", Store.runOfKeySQL, ["SEARCH runs USING COVERING INDEX runs_key (key>? AND key<?)"]),
    (
        "openRuns", Store.openRunsSQL,
        ["CO-ROUTINE (subquery-1)", "SCAN runs USING INDEX runs_open", "SCAN (subquery-1)"]
    ),
]
