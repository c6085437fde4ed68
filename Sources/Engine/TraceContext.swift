package import Jobs

/// Which trace a job belongs to, as W3C's trace context has it: so that what it does can be found beside what asked for it.
///
/// A run, and a job of no run, has a trace of its own unless whoever started it said to which one it belongs.
package struct TraceContext: Sendable, Equatable {
    /// 32 hexadecimal digits.
    package let traceID: String

    /// - Parameters:
    ///   - stored: what was said at the start, as TRACEPARENT has it.
    ///   - database: the database's id.
    package init(stored: String?, run: RunID, database: String) {
        self.init(stored: stored, number: run.rawValue, mark: "a", database)
    }

    /// Of a job of no run.
    package init(stored: String?, job: JobID, database: String) {
        self.init(stored: stored, number: job.rawValue, mark: "b", database)
    }

    private init(stored: String?, number: Int, mark: String, _ database: String) {
        // Nothing need be stored for it, and no two databases have the same.
        traceID = stored.flatMap(Self.traceID) ?? (String(database.prefix(15)) + mark).padded + Self.hexadecimal(number)
    }

    /// What a job's processes get: each attempt is a span of its own.
    package func parent(of job: JobID, attempt: Int) -> String {
        "00-\(traceID)-\(Self.hexadecimal((attempt & 0xFFFF) << 48 | job.rawValue & 0xFFFF_FFFF_FFFF))-01"
    }

    /// The trace of a text such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; `nil`: it is none.
    package static func traceID(of text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[0] != "ff", parts[1].utf8.count == 32,
            parts[2].utf8.count == 16, parts[3].utf8.count == 2, parts.prefix(4).allSatisfy(isHexadecimal),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        return String(parts[1])
    }

    private static func isHexadecimal(_ text: Substring) -> Bool {
        text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    }

    /// 16 digits.
    private static func hexadecimal(_ number: Int) -> String {
        let text = String(UInt64(bitPattern: Int64(number)), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

extension String {
    /// To 16 digits.
    fileprivate var padded: String { String(repeating: "0", count: max(0, 16 - utf8.count)) + self }
}
