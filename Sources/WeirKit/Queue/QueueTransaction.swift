import Jobs
import SQLite

/// One write transaction of a queue's database; see ``JobQueue/transaction(_:)``. It holds within that closure only.
public final class QueueTransaction {
    private var transaction: JobTransaction?

    init(_ transaction: JobTransaction) { self.transaction = transaction }

    func end() { transaction = nil }

    private func current() throws -> JobTransaction {
        guard let transaction else { throw WeirError(.invalid, "the transaction is over") }
        return transaction
    }

    /// Stores a job with the transaction.
    ///
    /// - Returns: its id, or that of the job that holds its key.
    /// - Throws: a ``WeirError``.
    @discardableResult
    public func enqueue(
        _ type: String, _ payload: some Encodable, options: EnqueueOptions = EnqueueOptions()
    ) throws -> JobID {
        let transaction = try current()
        let data = try JSONCoding.encode(payload, what: "the payload of '\(type)'")
        do {
            return JobID(
                try transaction.undoing {
                    try transaction.enqueue(options.spec(type: type, data: data, now: transaction.now.rawValue))
                })
        } catch {
            throw WeirError.wrapping(error)
        }
    }

    /// Runs one statement, on tables of your own: those of Weir may change with any release.
    ///
    /// - Parameters:
    ///   - sql: one statement; it may not begin or end transactions.
    ///   - values: of its parameters, in their order.
    /// - Returns: its rows.
    /// - Throws: a ``WeirError`` with what SQLite says.
    @discardableResult
    public func execute(_ sql: String, _ values: [SQLValue] = []) throws -> [[SQLValue]] {
        let connection = try current().connection
        do {
            let table = try connection.dynamic(sql, values.map(\.stored))
            guard connection.isInTransaction else {
                throw WeirError(
                    .invalid, "the statement ended the transaction; what came before it is stored or undone")
            }
            return table.rows.map { $0.map { SQLValue($0) } }
        } catch {
            throw WeirError.wrapping(error)
        }
    }
}

@available(*, unavailable)
extension QueueTransaction: Sendable {}

/// A value of SQLite.
public enum SQLValue: Sendable, Hashable {
    /// NULL.
    case null
    /// A whole number.
    case integer(Int)
    /// A number.
    case real(Double)
    /// A text.
    case text(String)
    /// Bytes.
    case blob([UInt8])

    var stored: SQLiteValue {
        switch self {
        case .null: .null
        case .integer(let value): .integer(Int64(value))
        case .real(let value): .real(value)
        case .text(let value): .text(value)
        case .blob(let value): .blob(value)
        }
    }

    init(_ value: SQLiteValue) {
        self =
            switch value {
            case .null: .null
            case .integer(let value): .integer(Int(value))
            case .real(let value): .real(value)
            case .text(let value): .text(value)
            case .blob(let value): .blob(value)
            }
    }
}
