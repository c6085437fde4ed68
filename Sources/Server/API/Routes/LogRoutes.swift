import HTTPTypes
import Hummingbird
import JSON
import Jobs
import NIOCore
import Stores

/// `/v1/jobs/{id}/logs`
struct LogRoutes {
    let services: ServerServices

    var all: [APIRoute] { [route("jobs/{id}/logs"), route("jobs/{id}/log")] }

    private func route(_ path: String) -> APIRoute {
        APIRoute(
            .get, path,
            "What an attempt wrote, both streams by offset. Takes one byte range; what was not kept stands as spaces.",
            parameters: [
                .init("attempt", .integer, "The last by default."),
                .init(
                    "follow", .boolean,
                    "Go on until the job has ended, over further attempts unless `attempt` names one."),
                .init("Range", .string, "bytes=A-B, bytes=A- or bytes=-N", in: "header"),
            ],
            gives: .string, type: "text/plain",
            further: [206: "The part that was asked for.", 416: "The log has no such part."]
        ) { [services] request in
            let job = try request.job()
            let wanted = try request.integer("attempt", in: 1...1_000_000)
            let last = try await services.store.read { try $0.lastAttempt(of: job) }
            guard wanted ?? 0 <= last.attempt else {
                throw Problem(
                    .notFound, "job \(job) has had \(last.attempt) attempts, so there is no attempt \(wanted ?? 0)")
            }
            let source = LogSource(store: services.store, job: job, attempt: wanted ?? last.attempt)
            if try request.flag("follow") {
                return Self.following(source, from: try Self.start(request), ofOneAttempt: wanted != nil)
            }
            return try await Self.range(source, request)
        }
    }

    private static let headers: HTTPFields = [
        // A browser shows it as text, whatever a job wrote.
        .contentType: "text/plain; charset=utf-8", .acceptRanges: "bytes",
    ]

    private static func range(_ source: LogSource, _ request: APIRequest) async throws -> Response {
        let length = try await source.length()
        var headers = headers
        // Of a log that is empty every range is all of it.
        guard length > 0, let text = request.request.headers[.range] else {
            return Response(status: .ok, headers: headers, body: source.body(0..<length, of: length))
        }
        switch ByteRange.parse(text, of: length) {
        case .whole: return Response(status: .ok, headers: headers, body: source.body(0..<length, of: length))
        case .none:
            headers[.contentRange] = "bytes */\(length)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
            return Response(status: .partialContent, headers: headers, body: source.body(range, of: length))
        }
    }

    /// `bytes=A-`, for those who follow.
    private static func start(_ request: APIRequest) throws -> Int {
        guard let text = request.request.headers[.range] else { return 0 }
        guard text.hasPrefix("bytes="), text.hasSuffix("-"), let start = Int(text.dropFirst(6).dropLast()), start >= 0
        else {
            throw Problem(.badRequest, "who follows asks for a range such as bytes=1000-")
        }
        return start
    }

    /// - Parameter isOneAttempt: ends with the attempt; else the output of later ones comes after it.
    private static func following(
        _ source: LogSource, from start: Int, ofOneAttempt isOneAttempt: Bool
    ) -> Response {
        Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var source = source
                var next = start
                following: while true {
                    let version = source.store.changes.version
                    // Asked before the output is read: what comes after an end was written before it.
                    let sequel = try await source.sequel(ofOneAttempt: isOneAttempt)
                    next = try await source.write(from: next, to: .max, into: &writer)
                    switch sequel {
                    case .nothing: break following
                    case .nextAttempt: (source.attempt, next) = (source.attempt + 1, 0)
                    case .more:
                        guard await Self.waits(for: source.store.changes, after: version) else { break following }
                    }
                }
                try await writer.finish(nil)
            })
    }
}

extension LogRoutes {
    /// - Returns: `false` when the server stops.
    private static func waits(for changes: StoreChanges, after version: Int) async -> Bool {
        (try? await changes.nextForClient(after: version)) != nil
    }
}

/// A part of something that has a length in bytes.
enum ByteRange: Equatable {
    /// No range that this understands: all is sent, as HTTP has it.
    case whole
    case part(Range<Int>)
    /// It begins beyond the end.
    case none

    /// Reads `bytes=A-B`, `bytes=A-` and `bytes=-N`.
    static func parse(_ text: String, of length: Int) -> ByteRange {
        guard let match = text.wholeMatch(of: /bytes=(\d{0,18})-(\d{0,18})/) else { return .whole }
        switch (Int(match.1), Int(match.2)) {
        case (nil, nil): return .whole
        case (nil, let count?):
            return count == 0 || length == 0 ? .none : .part(max(0, length - count)..<length)
        case (let first?, let last):
            guard first < length else { return .none }
            let end = min(last ?? length - 1, length - 1)
            return end < first ? .whole : .part(first..<end + 1)
        }
    }
}
