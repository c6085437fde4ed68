package import Engine
import Glibc

/// A thread for what blocks, and for what must stay in one thread. The pool of Swift's concurrency has only one thread a
/// processor, so that nothing of ours waits in it.
package enum DedicatedThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts `body` with every signal blocked: the host program's other threads take its signals.
    ///
    /// - Throws: `SystemCallError` when the host has no room for another thread.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        let work = Unmanaged.passRetained(Work(body))
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread: pthread_t = 0
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw SystemCallError("pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}
