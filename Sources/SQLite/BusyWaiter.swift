import CLinux
import CSQLite
import Glibc

/// Waits while another connection holds a lock of SQLite's: about 1 ms a time with jitter, up to a total.
///
/// SQLite's own busy timeout backs off to 100 ms, which starves a writer among busy ones.
final class BusyWaiter {
    /// How long one wait may last in all.
    var patience: Duration
    private var startedAt: Int64 = 0
    private var jitter: UInt32

    init(patience: Duration) {
        self.patience = patience
        jitter = UInt32(truncatingIfNeeded: clinux_boottime_ms()) ^ UInt32(truncatingIfNeeded: getpid()) | 1
    }

    /// The caller keeps the waiter alive as long as the connection.
    func install(on handle: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_busy_handler(
            handle,
            { context, attempt in
                guard let context else { return 0 }
                return Unmanaged<BusyWaiter>.fromOpaque(context).takeUnretainedValue().wait(attempt: attempt) ? 1 : 0
            }, context)
    }

    /// Sleeps, and says whether SQLite shall try again. The first attempt of a wait is 0.
    private func wait(attempt: Int32) -> Bool {
        let now = clinux_boottime_ms()
        if attempt == 0 { startedAt = now }
        guard now - startedAt < patience.milliseconds else { return false }
        jitter ^= jitter << 13
        jitter ^= jitter >> 17
        jitter ^= jitter << 5
        usleep(500 + jitter % 1000)
        return true
    }
}
