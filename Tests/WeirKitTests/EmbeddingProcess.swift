import Glibc
import TestSupport

/// The program `EmbeddingProgram`, built beside the tests.
final class EmbeddingProcess: Sendable {
    enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    private let pid: pid_t
    private let output: Int32

    init(database: String) throws {
        var pipe: [Int32] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw TestFailure("no pipe") }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipe[1]) }
        output = pipe[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let path = Self.path()
        var argv: [UnsafeMutablePointer<CChar>?] = [strdup(path), strdup(database), nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, path, &actions, &attributes, &argv, environ)
        guard code == 0 else { throw TestFailure("\(path): \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    deinit { close(output) }

    private static func path() -> String {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &bytes, bytes.count - 1)
        let path = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "/\(path.split(separator: "/").dropLast().joined(separator: "/"))/EmbeddingProgram"
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// The first so many lines that it prints.
    func lines(_ count: Int) async -> [String] {
        let output = output
        return await blocking {
            var text: [UInt8] = []
            var byte: UInt8 = 0
            while text.count(where: { $0 == 0x0A }) < count, read(output, &byte, 1) == 1 { text.append(byte) }
            return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    func end() async -> End {
        let pid = pid
        return await blocking {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            return status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
        }
    }

    /// In a thread of its own, since the pool has only one a processor.
    private func blocking<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            let work = Unmanaged.passRetained(Work { continuation.resume(returning: body()) })
            var thread: pthread_t = 0
            let code = pthread_create(
                &thread, nil,
                { context in
                    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                    return nil
                }, work.toOpaque())
            precondition(code == 0, "no thread could be made")
            pthread_detach(thread)
        }
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
