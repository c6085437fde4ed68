import SQLite

/// What executions are searched for.
package struct ExecutionCondition: Sendable {
    package enum Column: String, Sendable {
        case id, workflow, status, version
        case correlationID = "correlation_id"
        case createdAt = "created_at"
        case endedAt = "ended_at"
        case updatedAt = "updated_at"
    }

    package enum Test: Sendable {
        case isAmong([String])
        case isNot(String)
        /// With `*` for any characters.
        case isLike(String)
        case isAbove(Int)
        case isBelow(Int)
        /// In any of the ids, the input and the output, whatever the column.
        case contains(String)
    }

    package let column: Column
    package let test: Test

    package init(_ column: Column, _ test: Test) {
        self.column = column
        self.test = test
    }

    /// SQL, and the values of its parameters.
    var sql: (text: String, values: [SQLiteValue]) {
        let name = "e.\(column.rawValue)"
        let isNumber = [.createdAt, .endedAt, .updatedAt, .version].contains(column)
        func value(_ text: String) -> SQLiteValue {
            isNumber ? Int64(text).map { .integer($0) } ?? .text(text) : .text(text)
        }
        switch test {
        case .isAmong(let values):
            let marks = values.map { _ in "?" }.joined(separator: ", ")
            return ("\(name) IN (\(marks))", values.map(value))
        case .isNot(let text): return ("\(name) IS NOT ?", [value(text)])
        case .isLike(let pattern):
            // Only * means something: what else GLOB knows stands for itself.
            let escaped = pattern.map { $0 == "?" || $0 == "[" || $0 == "]" ? "[\($0)]" : String($0) }.joined()
            return ("\(name) GLOB ?", [.text(escaped)])
        case .isAbove(let number): return ("\(name) > ?", [.integer(Int64(number))])
        case .isBelow(let number): return ("\(name) < ?", [.integer(Int64(number))])
        case .contains(let text):
            let places = ["e.id", "e.workflow", "coalesce(e.correlation_id, '')", "e.input", "e.output"]
            return (
                "(" + places.map { "instr(\($0), ?) > 0" }.joined(separator: " OR ") + ")",
                places.map { _ in .text(text) }
            )
        }
    }
}

/// One column that found executions are sorted by.
package struct ExecutionOrder: Sendable {
    package let column: ExecutionCondition.Column
    package let isAscending: Bool

    package init(_ column: ExecutionCondition.Column, isAscending: Bool) {
        self.column = column
        self.isAscending = isAscending
    }

    var sql: String { "e.\(column.rawValue) \(isAscending ? "ASC" : "DESC")" }
}

extension JobTransaction {
    /// Executions that a count goes up to: more are said to be so many.
    private static let mostCounted = 100_000

    /// A page of the executions for which all conditions hold.
    ///
    /// - Parameters:
    ///   - conditions: none: all.
    ///   - start: how many are passed over.
    ///   - count: of the page.
    ///   - order: the first column counts most; what is alike, or all without any, has the latest first.
    /// - Returns: the page, and how many there are in all, 100,000 at the most.
    package func search(
        _ conditions: [ExecutionCondition], start: Int, count: Int, order: [ExecutionOrder] = []
    ) throws -> (executions: [Execution], total: Int) {
        let parts = conditions.map(\.sql)
        let condition = parts.isEmpty ? "" : "WHERE " + parts.map(\.text).joined(separator: " AND ")
        let values = parts.flatMap(\.values)
        let total = try connection.dynamic(
            "SELECT count(*) FROM (SELECT 1 FROM executions e \(condition) LIMIT \(Self.mostCounted))", values)
        let page = try connection.dynamic(
            """
            SELECT e.number FROM executions e \(condition)
            ORDER BY \((order.map(\.sql) + ["e.number DESC"]).joined(separator: ", "))
            LIMIT \(count) OFFSET \(start)
            """, values)
        let executions = try page.rows.compactMap { row -> Execution? in
            guard case .integer(let number)? = row.first else { return nil }
            return try execution(number: Int(number))
        }
        guard case .integer(let hits)? = total.rows.first?.first else { return (executions, executions.count) }
        return (executions, Int(hits))
    }

    /// Milliseconds of CLOCK_BOOTTIME.
    package var boottime: Int { store.timekeeper.boottime() }
}
