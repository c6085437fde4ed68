import Glibc
import Testing

@testable import SQLite

@Suite struct `A stranger's query` {
    private func withData(_ body: (String) throws -> Void) throws {
        try withDatabase { database throws in
            try database.write {
                try $0.script("CREATE TABLE t (n INTEGER, s TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two')")
            }
            try body(database.path)
        }
    }

    @Test(arguments: [
        "SELECT n, s FROM t ORDER BY n", "SELECT n, s FROM t ORDER BY n;",
        " \n-- first\nSELECT n, s FROM t ORDER BY n; -- last",
        "SELECT n, s FROM t ORDER BY n /* ; */ ; ; \n /* end",
        "WITH a AS (SELECT * FROM t) SELECT n, s FROM a ORDER BY n",
    ])
    func `that only reads is answered`(sql: String) throws {
        try withData { path throws in
            let table = try Console.query(path: path, sql: sql, limits: .service)
            #expect(table.columns == ["n", "s"])
            #expect(table.rows == [[.integer(1), .text("one")], [.integer(2), .text("two")]])
            #expect(!table.isTruncated)
        }
    }

    @Test(arguments: [
        "SELECT json_extract('{\"a\":[1,2]}', '$.a[1]')", "SELECT max(n) OVER () FROM t LIMIT 1",
        "SELECT value FROM json_each('[2]')", "SELECT CAST(strftime('%d', '2020-01-02') AS INTEGER)",
        "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 2) SELECT max(i) FROM s",
        "SELECT count(*) FROM t WHERE s LIKE '%o%' AND s GLOB '*' AND '{\"a\":1}' ->> 'a' = 1",
    ])
    func `may use the harmless functions`(sql: String) throws {
        try withData { path throws in
            let table = try Console.query(path: path, sql: sql, limits: .service)
            #expect(table.rows == [[.integer(2)]])
        }
    }

    @Test(arguments: [
        "ATTACH '/tmp/weir-attack.db' AS x", "VACUUM INTO '/tmp/weir-attack.db'", "PRAGMA query_only = 0",
        "PRAGMA journal_mode = DELETE", "PRAGMA table_info(t)", "SELECT * FROM pragma_table_info('t')",
        "SELECT * FROM pragma_database_list", "CREATE TEMP TABLE x (n)", "CREATE TABLE x (n)",
        "INSERT INTO t VALUES (3, '')", "UPDATE t SET n = 0", "DELETE FROM t", "DROP TABLE t",
        "WITH x AS (SELECT 9) INSERT INTO t SELECT *, '' FROM x", "REPLACE INTO t VALUES (1, '') RETURNING n",
        "SELECT load_extension('/tmp/x.so')", "SELECT writefile('/tmp/weir-attack.db', 'x')",
        "SELECT readfile('/etc/passwd')", "SELECT fts3_tokenizer('simple')", "BEGIN", "COMMIT", "SAVEPOINT x",
        "SELECT 1; DELETE FROM t", "SELECT 1; SELECT 2", "SELECT 1; nonsense", "ANALYZE", "REINDEX", "DETACH main",
        "EXPLAIN DELETE FROM t", "SELECT zeroblob(900000000)", "", " -- ",
        "SELECT replace(hex(zeroblob(500000)), '0', 'xxxxxxxxxx')", "SELECT sqlite_compileoption_get(1)", "SELECT ?",
        "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s) SELECT max(i) FROM s",
        "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s) SELECT randomblob(100000) FROM s ORDER BY 1",
    ])
    func `that does anything else, or never ends, is refused`(sql: String) throws {
        try withData { path throws in
            var limits = ConsoleLimits.service
            limits.time = .milliseconds(200)
            #expect(throws: ConsoleError.self) { try Console.query(path: path, sql: sql, limits: limits) }
            #expect(!exists("/tmp/weir-attack.db"))
            let reader = try Connection(path: path, kind: .reader)
            #expect(try reader.integer("SELECT sum(n) FROM t") == 3)
        }
    }

    @Test func `is cut off at its limits`() throws {
        try withData { path throws in
            let endless =
                "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s) SELECT i, hex(zeroblob(500)) FROM s"
            let table = try Console.query(path: path, sql: endless, limits: .service)
            #expect(table.isTruncated)
            #expect(table.rows.count == 1_000)
            var limits = ConsoleLimits.service
            limits.bytes = 10_080
            #expect(try Console.query(path: path, sql: endless, limits: limits).rows.count == 10)
        }
    }

    @Test func `says why it was refused`() throws {
        try withData { path throws in
            func reason(_ sql: String, _ limits: ConsoleLimits = .service) -> String {
                do {
                    _ = try Console.query(path: path, sql: sql, limits: limits)
                    return "answered"
                } catch {
                    return "\(error)"
                }
            }
            #expect(reason("DELETE FROM t") == "only SELECT is allowed here: not authorized")
            #expect(reason("SELECT 1; SELECT 2") == "one statement at a time; leave out what follows the first ';'")
            #expect(reason("SELECT nowhere FROM t") == "no such column: nowhere")
            let hasty = ConsoleLimits(time: .milliseconds(50), rows: 10, bytes: 1_000)
            #expect(
                reason("WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s) SELECT max(i) FROM s", hasty)
                    == "the query took longer than 0.05 seconds; narrow it, for instance with LIMIT")
        }
    }

    @Test(arguments: [
        "SELECT s FROM t", "SELECT * FROM t", "SELECT T.S FROM t", "WITH v AS (SELECT s FROM t) SELECT * FROM v",
        "SELECT n FROM t WHERE s > 'a'", "SELECT (SELECT max(s) FROM t)", "SELECT value FROM t, json_each(s)",
        "SELECT n FROM t GROUP BY s", "SELECT x FROM (SELECT s AS x FROM t)",
    ])
    func `does not reach a hidden column`(sql: String) throws {
        try withData { path throws in
            var limits = ConsoleLimits.service
            limits.hiddenColumns = ["t.s"]
            #expect {
                try Console.query(path: path, sql: sql, limits: limits)
            } throws: { error in
                guard case .notAllowed(let reason)? = error as? ConsoleError else { return false }
                return reason.contains("t.s") || reason.contains("prohibited")
            }
            let rows = try Console.query(path: path, sql: "SELECT n, count(*) FROM t", limits: limits).rows
            #expect(rows.count == 1)
        }
    }
}
