/// A value of any of SQLite's five storage classes, for columns whose type is known only at run time.
package enum SQLiteValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}
