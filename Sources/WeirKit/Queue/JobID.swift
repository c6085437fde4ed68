import Jobs

/// A job's number, as `weir enqueue` prints it and the views have it.
public struct JobID: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// From 1, in the order in which jobs were enqueued.
    public let rawValue: Int

    /// The job with this number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    init(_ job: Jobs.JobID) { rawValue = job.rawValue }

    var stored: Jobs.JobID { Jobs.JobID(rawValue) }

    /// The number.
    public var description: String { "\(rawValue)" }

    /// Whether `left` was enqueued before `right`.
    public static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }

    /// As a plain number.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(Int.self)
    }

    /// As a plain number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
