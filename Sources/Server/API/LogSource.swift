import HTTPTypes
import Hummingbird
import Jobs
import NIOCore
import Stores

/// What one attempt wrote, read piece by piece, each in a short snapshot: neither memory nor the log grows with it.
struct LogSource: Sendable {
    let store: StoreService
    let job: JobID
    var attempt: Int

    /// Pieces that are read at once: up to 1 MiB, as runners store them.
    private static let batch = 16

    func length() async throws -> Int {
        try await store.read { [job, attempt] in try $0.outputLength(of: job, attempt: attempt) }
    }

    /// What may come after what the attempt has written.
    enum Sequel {
        /// More of it, or another attempt.
        case more
        case nextAttempt
        case nothing
    }

    /// - Parameter isOneAttempt: later ones do not count.
    func sequel(ofOneAttempt isOneAttempt: Bool) async throws -> Sequel {
        let last = try await store.read { [job] in try $0.lastAttempt(of: job) }
        if last.attempt > attempt { return isOneAttempt ? .nothing : .nextAttempt }
        return last.state.isFinal ? .nothing : .more
    }

    func body(_ range: Range<Int>, of length: Int) -> ResponseBody {
        ResponseBody(contentLength: range.count) { writer in
            let end = try await write(from: range.lowerBound, to: range.upperBound, into: &writer)
            // What was trimmed meanwhile.
            try await Self.fill(range.upperBound - end, into: &writer)
            try await writer.finish(nil)
        }
    }

    /// Writes the bytes from `start` on and before `end`, as far as they are there.
    ///
    /// - Returns: the offset after the last one.
    func write(from start: Int, to end: Int, into writer: inout any ResponseBodyWriter) async throws -> Int {
        var next = start
        var piece = try await store.read { [job, attempt] in
            try $0.pieceStart(of: job, attempt: attempt, at: start)
        }
        while next < end {
            let from = piece
            let pieces = try await store.read { [job, attempt] in
                try $0.output(of: job, attempt: attempt, from: from, stream: nil, count: Self.batch)
            }
            for found in pieces where found.start < end {
                if found.start > next {
                    try await Self.fill(found.start - next, into: &writer)
                    next = found.start
                }
                let last = min(end, found.start + found.length)
                if last > next {
                    try await writer.write(ByteBuffer(bytes: found.bytes[next - found.start..<last - found.start]))
                    next = last
                }
            }
            guard pieces.count == Self.batch, let last = pieces.last else { break }
            piece = last.start + last.length
        }
        return next
    }

    private static func fill(_ count: Int, into writer: inout any ResponseBodyWriter) async throws {
        var left = max(0, count)
        while left > 0 {
            let part = min(left, 1 << 16)
            try await writer.write(ByteBuffer(repeating: UInt8(ascii: " "), count: part))
            left -= part
        }
    }
}
