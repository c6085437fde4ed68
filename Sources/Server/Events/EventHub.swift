import JSON
import Jobs
import Logging
import NIOCore
import ServiceLifecycle
import Stores
import Synchronization

/// Reads what changes once, for all who follow: a hundred clients cost the database as much as one.
///
/// A client that does not read is dropped; it comes again with the id of the last event that it has seen.
package final class EventHub: Service, Sendable {
    typealias Stream = AsyncStream<ByteBuffer>

    private struct State {
        var clients: [Int: Stream.Continuation] = [:]
        var lastID = 0
        /// How far the clients have been told; `nil`: nobody follows.
        var cursor: ChangeCursor?
        /// What they know to be paused.
        var pauses = Pauses()
        var isClosed = false
    }

    private let store: StoreService
    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    /// Events that wait for one client.
    private static let buffer = 64
    /// Jobs of one event at the most. More are not told one by one: who follows reads what it shows anew.
    private static let jobs = 100
    /// The same, and all in all, for who comes again.
    private static let missedJobsOfEvent = 500
    private static let missedJobs = 10_000
    private static let heartbeat = Duration.seconds(15)
    /// Between two events at the least.
    private static let pause = Duration.milliseconds(250)
    /// The same, as long as more changes than an event tells.
    private static let pauseInBursts = Duration.seconds(1)

    init(store: StoreService) {
        self.store = store
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What happens from now on, after what happened since `cursor`.
    func subscribe(after cursor: ChangeCursor?) async throws -> Stream {
        let (stream, client) = Stream.makeStream(bufferingPolicy: .bufferingOldest(Self.buffer))
        // Before what was missed is read, so that nothing falls in between.
        let (present, pauses) = try await store.read { (try $0.presentCursor().cursor, try $0.pauses()) }
        join(client, at: present, pauses)
        if let cursor {
            try await tell(client, since: cursor, pauses)
        } else {
            client.yield(EventText.change(ChangeSet(cursor: present)))
        }
        return stream
    }

    private func join(_ client: Stream.Continuation, at present: ChangeCursor, _ pauses: Pauses) {
        let id: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            if state.cursor == nil { (state.cursor, state.pauses) = (present, pauses) }
            state.lastID += 1
            state.clients[state.lastID] = client
            return state.lastID
        }
        guard let id else { return client.finish() }
        client.onTermination = { [weak self] _ in self?.leave(id) }
        arrival.yield()
    }

    private func tell(_ client: Stream.Continuation, since cursor: ChangeCursor, _ pauses: Pauses) async throws {
        var cursor = cursor
        var left = Self.missedJobs / Self.missedJobsOfEvent
        while true {
            let from = cursor
            let isComplete = left > 1
            var set = try await store.read {
                try $0.changes(since: from, lastJob: nil, limit: Self.missedJobsOfEvent, isComplete: isComplete)
            }
            // What was paused before the client left is not known.
            if !set.hasMore { set.add(from: Pauses(), to: pauses) }
            client.yield(EventText.change(set))
            guard set.hasMore else { return }
            cursor = set.cursor
            left -= 1
        }
    }

    private func leave(_ id: Int) {
        state.withLock { state in
            state.clients[id] = nil
            if state.clients.isEmpty { state.cursor = nil }
        }
    }

    /// Tells until the server stops.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in self.arrivals {
                do {
                    try await self.follow()
                } catch {
                    if Task.isCancelled { return }
                    // The clients come again, and find out what is wrong.
                    self.dropAll()
                }
            }
        }
        close()
    }

    /// As long as anybody follows.
    private func follow() async throws {
        var lastJob = try await store.read { try $0.presentCursor().lastJob }
        while let (cursor, earlier) = state.withLock({ state in state.cursor.map { ($0, state.pauses) } }) {
            let version = store.changes.version
            let known = lastJob
            var (set, pauses) = try await store.read {
                (
                    try $0.changes(since: cursor, lastJob: known, limit: Self.jobs, isComplete: false),
                    try $0.pauses()
                )
            }
            lastJob = set.lastJob
            set.add(from: earlier, to: pauses)
            if set.cursor != cursor || !set.jobs.isEmpty || !set.queues.isEmpty {
                send(EventText.change(set), reaching: set.cursor, pauses)
            }
            // One event tells of much, and the database is left alone meanwhile.
            try await Task.sleep(for: set.isTruncated ? Self.pauseInBursts : Self.pause)
            if try await store.changes.next(after: version, atMost: Self.heartbeat) == nil {
                send(EventText.heartbeat, reaching: nil, earlier)
            }
        }
    }

    /// The bytes are made once for all.
    private func send(_ event: ByteBuffer, reaching cursor: ChangeCursor?, _ pauses: Pauses) {
        let clients = state.withLock { state in
            if let cursor, state.cursor != nil { (state.cursor, state.pauses) = (cursor, pauses) }
            return Array(state.clients.values)
        }
        for client in clients {
            if case .dropped = client.yield(event) { client.finish() }
        }
    }

    private func dropAll() {
        let clients = state.withLock { state in
            defer { (state.clients, state.cursor) = ([:], nil) }
            return Array(state.clients.values)
        }
        for client in clients { client.finish() }
    }

    private func close() {
        state.withLock { $0.isClosed = true }
        arrival.finish()
        dropAll()
    }
}
