import Jobs
import Stores

/// Looks at executions whenever the clock or another process gives a reason: waits and leases that are over, jobs that
/// became due or that an operator cancelled. What the API itself changes is decided at once and needs it not.
package struct ExecutionClock: Sendable {
    private let api: ConductorAPI
    /// Between two looks: runners commit hundreds of times a second, mostly nothing that matters here.
    private static let rest = Duration.milliseconds(20)
    /// Milliseconds; then it is looked again what comes next.
    private static let longestWait = 86_400_000

    package init(_ api: ConductorAPI) { self.api = api }

    /// Works until the task is cancelled, or the database is closed. What fails, as with a full disk, is tried again
    /// a second later.
    package func run() async throws {
        var hasBegun = false
        while !Task.isCancelled {
            do {
                if !hasBegun { try await begin() }
                hasBegun = true
                try await watch()
            } catch is CancellationError {
                throw CancellationError()
            } catch let error as StoreServiceError where error == .closed {
                throw error
            } catch {
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func begin() async throws {
        try await api.change { [place = api.place] orchestra in
            try orchestra.transaction.endLeasesOfEarlierBoots(than: place.bootID)
            try orchestra.settle()
        }
    }

    private func watch() async throws {
        while !Task.isCancelled {
            let looked = ContinuousClock.now
            let seen = api.store.changes.version
            let agenda = try await api.look { try $0.agenda() }
            if agenda.isDue {
                try await api.change { try $0.settle() }
                continue
            }
            if let next = agenda.next {
                _ = try await api.store.changes.next(
                    after: seen, atMost: .milliseconds(min(max(1, next), Self.longestWait)))
            } else {
                _ = try await api.store.changes.next(after: seen)
            }
            try await Task.sleep(until: looked + Self.rest)
        }
    }
}
