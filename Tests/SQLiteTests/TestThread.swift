import Glibc

/// Runs `body` in a thread of its own, which has started when this returns.
///
/// What blocks must not do so in a test's own task: the pool has a thread for each processor, and an exit test holds
/// one until its process ends.
func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) -> Task<R, any Error> {
    let (results, continuation) = AsyncStream<Result<R, any Error>>.makeStream()
    let work = Unmanaged.passRetained(Work { continuation.yield(Result(catching: body)) })
    var thread: pthread_t = 0
    let code = pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, work.toOpaque())
    precondition(code == 0, "no thread could be made")
    pthread_detach(thread)
    return Task {
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
