import HTTPTypes
import Hummingbird
import JSON
import Jobs
import NIOCore
import Stores

/// `/v1/events`
struct EventRoutes {
    let services: ServerServices

    var all: [APIRoute] { [events] }

    private var events: APIRoute {
        APIRoute(
            .get, "events",
            "What changes, as server-sent events `change`: jobs that ended, run or are new, the runs that they are of, and runs and queues that were paused or resumed; "
                + "`truncated`: more has changed than is told. Who sends Last-Event-ID is told all jobs that ended since.",
            parameters: [
                .init("Last-Event-ID", .string, "The id of the last event that was seen.", in: "header"),
                .init("last_event_id", .string, "The same, for clients that cannot send the header."),
            ],
            gives: .string, type: "text/event-stream"
        ) { [services] request in
            let cursor = try Self.cursor(request)
            let subscription = try await services.events.subscribe(after: cursor)
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                    for await event in subscription { try await writer.write(event) }
                    try await writer.finish(nil)
                })
        }
    }

    /// `SEQUENCE-JOB`
    private static func cursor(_ request: APIRequest) throws -> ChangeCursor? {
        let text =
            HTTPField.Name("Last-Event-ID").flatMap { request.request.headers[$0] } ?? request.query("last_event_id")
        guard let text, !text.isEmpty else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let sequence = parts[0], let job = parts[1], sequence >= 0, job >= 0 else {
            throw Problem(.badRequest, "Last-Event-ID '\(text.prefix(100))' is no id of an event")
        }
        return ChangeCursor(sequence: sequence, job: job)
    }
}
