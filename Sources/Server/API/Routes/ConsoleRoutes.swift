import HTTPTypes
import Hummingbird
import JSON
import Jobs
import SQLite
import Stores

/// `/v1/sql`
struct ConsoleRoutes {
    let services: ServerServices

    var all: [APIRoute] { [query] }

    private var query: APIRoute {
        APIRoute(
            .post, "sql", "Ask with one SELECT: within a second, for a thousand rows and a MiB at the most.",
            takes: .object(["sql": .string]),
            gives: .object([
                "columns": .list(.string), "rows": .list(.list(.any)), "truncated": .boolean, "duration_ms": .integer,
            ])
        ) { [store = services.store] request in
            let body = MemberReader(try await request.object(keys: ["sql", "query"]))
            guard let sql = try body.text("sql") ?? body.text("query") else { throw body.fault("'sql' is missing") }
            let start = store.timekeeper.boottime()
            let table = try await store.query(sql)
            return .json(
                .object([
                    "columns": .list(table.columns.map { .string($0) }),
                    "rows": .list(table.rows.map { .list($0.map(\.json)) }), "truncated": .bool(table.isTruncated),
                    "duration_ms": .integer(store.timekeeper.boottime() - start),
                ]))
        }
    }
}
