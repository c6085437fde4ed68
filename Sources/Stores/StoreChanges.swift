import Engine
package import Jobs
package import SQLite
import Synchronization

/// Tells those who wait that the database has changed: by this process, or by any other. With nobody waiting, nothing is
/// watched.
///
///     var seen = service.changes.version
///     while true {
///         if let answer = try await service.read({ … }) { return answer }
///         seen = try await service.changes.next(after: seen)
///     }
package final class StoreChanges: Sendable {
    private struct Wait {
        let version: Int
        /// It ends, without a change, when the program stops.
        let isForClient: Bool
        let finish: CheckedContinuation<Int?, any Error>
    }

    private struct State {
        var version = 0
        var waits: [Int: Wait] = [:]
        var lastID = 0
        /// Waits that were cancelled before they had begun.
        var cancelled: Set<Int> = []
        var isStopping = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake: EventDescriptor

    package init(_ options: Database.Options, timekeeper: Timekeeper) async throws {
        let wake = try EventDescriptor()
        self.wake = wake
        try await withCheckedThrowingContinuation { (opening: CheckedContinuation<Void, any Error>) in
            do {
                try DedicatedThread.start { [weak self] in
                    do {
                        let watch = try ChangeWatch(options, timekeeper: timekeeper, wake: wake)
                        opening.resume()
                        watch.run { self?.tell($0) ?? .closed }
                    } catch {
                        opening.resume(throwing: error)
                    }
                }
            } catch {
                opening.resume(throwing: error)
            }
        }
    }

    deinit { wake.ring() }

    /// Grows with each change that was seen. Take it before reading.
    package var version: Int { state.withLock { $0.version } }

    /// Waits until something has changed since `version` was taken. Something, not what the caller looks for: it reads
    /// again.
    ///
    /// - Returns: the version now.
    /// - Throws: `CancellationError`; `StoreServiceError.closed`.
    package func next(after version: Int) async throws -> Int {
        // Only waits for clients end without a change.
        try await wait(after: version, isForClient: false) ?? version
    }

    private func wait(after version: Int, isForClient: Bool) async throws -> Int? {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { finish in
                begin(id, Wait(version: version, isForClient: isForClient, finish: finish))
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// As ``next(after:)``, for `length` at the most.
    ///
    /// - Returns: `nil` when nothing has changed until then.
    package func next(after version: Int, atMost length: Duration) async throws -> Int? {
        try await wait(after: version, atMost: length, isForClient: false)
    }

    /// As ``next(after:atMost:)``, on behalf of a client that waits for its answer.
    ///
    /// - Parameters:
    ///   - version: taken before what is waited for was looked for.
    ///   - length: `nil`: as long as it takes.
    /// - Returns: `nil` when nothing has changed until then, and when the program stops: the client is told what is known.
    package func nextForClient(after version: Int, atMost length: Duration? = nil) async throws -> Int? {
        guard let length else { return try await wait(after: version, isForClient: true) }
        return try await wait(after: version, atMost: length, isForClient: true)
    }

    private func wait(after version: Int, atMost length: Duration, isForClient: Bool) async throws -> Int? {
        try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask { try await self.wait(after: version, isForClient: isForClient) }
            group.addTask {
                try await Task.sleep(for: length)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Whether the program stops, so that nobody waits for a client any more.
    package var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Ends what waits for clients, now and from now on. All else goes on.
    package func letClientsGo() {
        let waits = state.withLock { state in
            state.isStopping = true
            let waits = state.waits.filter(\.value.isForClient)
            for id in waits.keys { state.waits[id] = nil }
            return waits.values.map(\.finish)
        }
        for finish in waits { finish.resume(returning: nil) }
    }

    package func close() {
        let waits = state.withLock { state in
            defer { state.waits = [:] }
            state.isClosed = true
            return Array(state.waits.values)
        }
        for wait in waits { wait.finish.resume(throwing: StoreServiceError.closed) }
        wake.ring()
    }

    private func begin(_ id: Int, _ wait: Wait) {
        let answer: Result<Int?, any Error>? = state.withLock { state in
            if state.isClosed { return .failure(StoreServiceError.closed) }
            if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
            if state.version != wait.version { return .success(state.version) }
            if state.isStopping, wait.isForClient { return .success(nil) }
            state.waits[id] = wait
            return nil
        }
        if let answer { wait.finish.resume(with: answer) } else { wake.ring() }
    }

    private func cancel(_ id: Int) {
        let wait = state.withLock { state in
            let wait = state.waits.removeValue(forKey: id)
            if wait == nil { state.cancelled.insert(id) }
            return wait
        }
        wait?.finish.resume(throwing: CancellationError())
    }

    /// From the thread that watches.
    private func tell(_ hasChanged: Bool) -> ChangeWatch.Demand {
        let (waits, version, demand) = state.withLock { state -> ([Wait], Int, ChangeWatch.Demand) in
            if state.isClosed { return ([], state.version, .closed) }
            guard hasChanged else { return ([], state.version, state.waits.isEmpty ? .none : .awaited) }
            state.version += 1
            defer { state.waits = [:] }
            return (Array(state.waits.values), state.version, .none)
        }
        for wait in waits { wait.finish.resume(returning: version) }
        return demand
    }
}
