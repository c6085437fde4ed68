import CSpawn
import Glibc

/// What starts share: a stack for the children, memory for their arguments, a buffer for their output.
///
/// Confined to one thread, and that thread must live as long as the process: a child is killed when the thread that
/// started it ends (PR_SET_PDEATHSIG).
package final class Spawner {
    private static let stackBytes = 128 << 10
    private static let guardBytes = 16 << 10

    private let stack: UnsafeMutableRawPointer
    private let nullDevice: Int32
    private var strings = CStringArena()
    /// Where small output is read before it is copied to its buffer.
    let scratch: UnsafeMutableRawBufferPointer

    package init() throws(SpawnError) {
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard null >= 0 else { throw .system("open /dev/null", errno) }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK
        let memory = mmap(nil, Self.stackBytes, PROT_READ | PROT_WRITE, Int32(flags), -1, 0)
        guard let memory, memory != MAP_FAILED else {
            let error = errno
            close(null)
            throw .system("mmap", error)
        }
        mprotect(memory, Self.guardBytes, PROT_NONE)
        stack = memory
        nullDevice = null
        scratch = .allocate(byteCount: 64 << 10, alignment: 16)
    }

    deinit {
        munmap(stack, Self.stackBytes)
        close(nullDevice)
        scratch.deallocate()
    }

    /// Starts `request` with the write ends of two pipes, and with the reading end of a third if there is to be one
    /// instead of the request's standard input; the caller closes them.
    func start(
        _ request: ScriptRequest, input pipe: Int32? = nil, output: Int32, error: Int32
    ) throws(SpawnError) -> (pid: Int32, pidfd: Int32) {
        guard let command = request.argv.first, !command.isEmpty else {
            throw .notFound(command: "", path: nil)
        }
        let path = command.contains("/") ? nil : request.environment["PATH"] ?? Self.defaultPath
        let input: Int32 = if let pipe { pipe } else { try standardInput(of: request) }
        defer { if input != nullDevice, input != pipe { close(input) } }

        var start = cspawn_request()
        start.standard_input = input
        start.standard_output = output
        start.standard_error = error
        start.mark_limit = Mark.limit(for: request.mark)
        start.memory_limit = request.memoryLimit ?? 0
        start.group_processes = request.memoryGroup?.processes ?? -1
        start.deadline = request.deadline ?? .max
        start.stack_top = stack + Self.stackBytes
        try fill(&start, from: request, command: command, path: path)

        var result = cspawn_result()
        cspawn_start(&start, &result)
        guard result.failure == Int32(CSPAWN_OK) else {
            throw failure(result, request: request, command: command, path: path)
        }
        return (result.pid, result.pidfd)
    }

    /// What execvpe(3) takes where PATH is not set.
    private static let defaultPath = "/bin:/usr/bin"

    private func standardInput(of request: ScriptRequest) throws(SpawnError) -> Int32 {
        guard let bytes = request.standardInput, !bytes.isEmpty else { return nullDevice }
        let file = cspawn_sealed_file(bytes, bytes.count)
        guard file >= 0 else { throw .system("memfd_create", errno) }
        return file
    }

    // MARK: Arguments

    private func fill(_ start: inout cspawn_request, from request: ScriptRequest, command: String, path: String?)
        throws(SpawnError)
    {
        let folders = path?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        makeRoom(request, command: command, folders: folders)

        start.candidates = UnsafeRawPointer(strings.end).assumingMemoryBound(to: UnsafePointer<CChar>?.self)
        var isClean = path == nil ? strings.add(command) : true
        // An empty element of PATH means the working directory.
        for folder in folders { isClean = strings.add(folder.isEmpty ? "." : String(folder), "/", command) && isClean }
        strings.addNull()

        strings.addNull()  // argv[-1], for /bin/sh
        start.argv = strings.end
        for argument in request.argv { isClean = strings.add(argument) && isClean }
        strings.addNull()
        guard isClean else { throw .invalidText("an argument with a NUL byte") }

        start.envp = UnsafePointer(strings.end)
        for (name, value) in request.environment {
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")), strings.add(name, "=", value) else {
                throw .invalidText("the environment variable '\(name)'")
            }
        }
        strings.addNull()
        guard strings.add(request.directory) else { throw .invalidText("a working directory with a NUL byte") }
        start.directory = UnsafePointer((strings.end - 1).pointee)
    }

    private func makeRoom(_ request: ScriptRequest, command: String, folders: [Substring]) {
        var bytes = 64 + command.utf8.count + request.directory.utf8.count
        for folder in folders { bytes += folder.utf8.count + command.utf8.count + 4 }
        for argument in request.argv { bytes += argument.utf8.count + 1 }
        for (name, value) in request.environment { bytes += name.utf8.count + value.utf8.count + 2 }
        strings.reset(bytes: bytes, pointers: folders.count + request.argv.count + request.environment.count + 8)
    }

    // MARK: Failures

    private func failure(_ result: cspawn_result, request: ScriptRequest, command: String, path: String?) -> SpawnError
    {
        switch Int(result.failure) {
        case CSPAWN_LEASE_OVER: .leaseOver
        case CSPAWN_DIRECTORY: .directory(request.directory, errno: result.error)
        case CSPAWN_EXEC: execFailure(result.error, request: request, command: command, path: path)
        case CSPAWN_CLONE: .system("clone", result.error)
        case CSPAWN_SESSION: .system("setsid", result.error)
        case CSPAWN_DESCRIPTOR: .system("dup2", result.error)
        case CSPAWN_GROUP: .system("write cgroup.procs", result.error)
        case CSPAWN_LIMIT: .system("setrlimit", result.error)
        default: .other(call: "getppid", errno: result.error)
        }
    }

    private func execFailure(_ error: Int32, request: ScriptRequest, command: String, path: String?) -> SpawnError {
        switch error {
        case E2BIG: return .tooLong
        case EAGAIN, ENOMEM, EMFILE, ENFILE: return .exhausted(call: "execve", errno: error)
        case ENOENT:
            // execve says the same of a script whose interpreter is missing.
            if path == nil {
                let file = command.hasPrefix("/") ? command : request.directory + "/" + command
                if access(file, F_OK) == 0 { return .notExecutable(command: command, errno: error) }
            }
            return .notFound(command: command, path: path)
        default: return .notExecutable(command: command, errno: error)
        }
    }
}
