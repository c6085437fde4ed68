/// The whole answer to a statement whose columns are known only at run time.
package struct Table: Sendable, Hashable {
    package var columns: [String]
    package var rows: [[SQLiteValue]]
    /// Whether a limit on rows or bytes ended the answer early.
    package var isTruncated: Bool

    package init(columns: [String] = [], rows: [[SQLiteValue]] = [], isTruncated: Bool = false) {
        self.columns = columns
        self.rows = rows
        self.isTruncated = isTruncated
    }
}
