import CSQLite

/// Allows a stranger's statement to read tables and call harmless functions, and nothing else.
enum ConsoleAuthorizer {
    static func install(on handle: OpaquePointer) {
        sqlite3_set_authorizer(
            handle,
            { _, action, _, function, _, _ in ConsoleAuthorizer.answer(action, function: function) }, nil)
    }

    private static func answer(_ action: Int32, function: UnsafePointer<CChar>?) -> Int32 {
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: SQLITE_OK
        case SQLITE_FUNCTION: allows(function) ? SQLITE_OK : SQLITE_DENY
        default: SQLITE_DENY
        }
    }

    /// Columns that are not read, whichever way: also not within a view or a subquery, whose name the stranger may choose.
    final class Hidden {
        fileprivate let columns: Set<String>

        /// - Parameter columns: each as `table.column`, in small letters.
        init(_ columns: Set<String>) { self.columns = columns }

        /// Holds from now on; the connection must not outlive this.
        func install(on handle: OpaquePointer?) {
            guard let handle, !columns.isEmpty else { return }
            sqlite3_set_authorizer(
                handle,
                { hidden, action, table, column, _, _ in
                    guard action == SQLITE_READ, let hidden, let table, let column else {
                        return ConsoleAuthorizer.answer(action, function: column)
                    }
                    let name = "\(String(cString: table)).\(String(cString: column))".lowercased()
                    let columns = Unmanaged<Hidden>.fromOpaque(hidden).takeUnretainedValue().columns
                    return columns.contains(name) ? SQLITE_DENY : SQLITE_OK
                }, Unmanaged.passUnretained(self).toOpaque())
        }
    }

    private static func allows(_ function: UnsafePointer<CChar>?) -> Bool {
        guard let function else { return false }
        return functions.contains(String(cString: function).lowercased())
    }

    private static let functions: Set<String> = [
        // Scalar
        "abs", "char", "coalesce", "concat", "concat_ws", "format", "glob", "hex", "ifnull", "iif", "if", "instr",
        "length", "like", "likelihood", "likely", "lower", "ltrim", "max", "min", "nullif", "octet_length", "printf",
        "quote", "random", "randomblob", "replace", "round", "rtrim", "sign", "soundex", "sqlite_version", "substr",
        "substring", "trim", "typeof", "unhex", "unicode", "unistr", "unlikely", "upper", "zeroblob",
        // Aggregate and window
        "avg", "count", "group_concat", "string_agg", "sum", "total", "row_number", "rank", "dense_rank",
        "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value", "nth_value", "median",
        "percentile", "percentile_cont", "percentile_disc",
        // Date and time
        "date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff", "current_date", "current_time",
        "current_timestamp",
        // JSON
        "json", "json_array", "json_array_length", "json_error_position", "json_extract", "->", "->>", "json_insert",
        "json_object", "json_patch", "json_pretty", "json_quote", "json_remove", "json_replace", "json_set",
        "json_type", "json_valid", "json_group_array", "json_group_object",
        // Mathematics
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh", "degrees",
        "exp", "floor", "ln", "log", "log10", "log2", "mod", "pi", "pow", "power", "radians", "sin", "sinh", "sqrt",
        "tan", "tanh", "trunc",
    ]
}
