import Glibc
import Synchronization

/// Runs what is asynchronous from a command's own thread, which waits.
enum Blocking {
    private final class End: Sendable {
        let result = Mutex<Result<Void, any Error>?>(nil)
        let ends: (read: Int32, write: Int32)

        init() {
            var files: [Int32] = [-1, -1]
            pipe(&files)
            ends = (files[0], files[1])
        }

        deinit {
            close(ends.read)
            close(ends.write)
        }
    }

    static func run(_ body: @escaping @Sendable () async throws -> Void) throws {
        let end = End()
        Task {
            do {
                try await body()
                end.result.withLock { $0 = .success(()) }
            } catch {
                end.result.withLock { $0 = .failure(error) }
            }
            var byte: UInt8 = 1
            _ = write(end.ends.write, &byte, 1)
        }
        var byte: UInt8 = 0
        while read(end.ends.read, &byte, 1) < 0, errno == EINTR {}
        try end.result.withLock { $0 }?.get()
    }
}
