import CLinux
import CSpawn
import Glibc

/// A started script. Confined to the thread of the loop that started it.
///
/// The loop watches `pidfd` and the two pipes, level-triggered, and calls `readOutput` and `reap`; nothing here waits.
package final class ScriptProcess {
    /// The most that one call of `readOutput` reads, so that a flood does not starve the loop.
    static let readBytes = 256 << 10
    /// A pipe of this size halves the cost of a flood. Not from the start: what one user may have of big pipes is
    /// limited, and most scripts write little.
    static let floodPipeBytes: Int32 = 1 << 20

    package let pid: Int32
    package let pidfd: Int32
    /// The reading ends of the script's pipes; -1 once closed.
    package private(set) var outputDescriptor: Int32
    package private(set) var errorDescriptor: Int32
    package let output: OutputBuffer
    /// Called with a descriptor just before it is closed: the place for EPOLL_CTL_DEL.
    package var willClose: ((Int32) -> Void)?
    /// When the process started, in clock ticks since boot: with the pid it is never another process. 0: reaped.
    package private(set) lazy var startTime: UInt64 = ProcessStat(of: pid)?.startTime ?? 0

    private let spawner: Spawner
    private var isReaped = false
    /// Pipes that were made bigger, or may not be.
    private var widened: [Int32] = []

    /// Starts a script.
    ///
    /// - Throws: nothing of the script runs then, and nothing is left to be reaped or closed.
    package static func start(_ request: ScriptRequest, spawner: Spawner) throws(SpawnError) -> ScriptProcess {
        let output = try Pipe()
        defer { output.closeWriter() }
        let error: Pipe
        do throws(SpawnError) { error = try Pipe() } catch {
            output.closeReader()
            throw error
        }
        defer { error.closeWriter() }
        do throws(SpawnError) {
            let started = try spawner.start(request, output: output.writer, error: error.writer)
            return ScriptProcess(started, output.reader, error.reader, request.outputLimit, spawner)
        } catch let failure {
            output.closeReader()
            error.closeReader()
            throw failure
        }
    }

    private init(
        _ started: (pid: Int32, pidfd: Int32), _ output: Int32, _ error: Int32, _ limit: OutputLimit, _ spawner: Spawner
    ) {
        pid = started.pid
        pidfd = started.pidfd
        outputDescriptor = output
        errorDescriptor = error
        self.output = OutputBuffer(limit: limit)
        self.spawner = spawner
    }

    deinit { closeAll() }

    // MARK: Output

    /// Reads what `descriptor`, one of this script's two, has now, 256 KiB at most.
    package func readOutput(_ descriptor: Int32) -> PipeState {
        read(descriptor, atMost: Self.readBytes)
    }

    private func read(_ descriptor: Int32, atMost limit: Int) -> PipeState {
        guard descriptor >= 0 else { return .closed }
        let stream: OutputStream = descriptor == outputDescriptor ? .standardOutput : .standardError
        var left = limit
        while left > 0 {
            let asked = min(left, spawner.scratch.count)
            let count = output.read(from: descriptor, stream: stream, atMost: left, scratch: spawner.scratch)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return .open }
            guard count > 0 else {
                close(descriptor)
                return .closed
            }
            left -= count
            if count >= spawner.scratch.count { widen(descriptor) }
            if count < asked { return .open }
        }
        return .more
    }

    private func widen(_ descriptor: Int32) {
        guard !widened.contains(descriptor) else { return }
        widened.append(descriptor)
        _ = cspawn_pipe_size(descriptor, Self.floodPipeBytes)
    }

    // MARK: The end

    /// How the script ended, or nil when it has not. Then everything that it wrote is in `output`, and all is closed.
    ///
    /// Call it when `pidfd` is readable, and not again after an end. A grandchild may hold the pipes open: nobody waits
    /// for it, and it gets SIGPIPE when it writes on.
    package func reap() -> ScriptExit? {
        precondition(!isReaped, "a script is reaped once")
        var code: Int32 = 0
        var status: Int32 = 0
        var usage = rusage()
        guard cspawn_reap(pidfd, &code, &status, &usage) == 1 else { return nil }
        isReaped = true
        // What the script wrote before it ended is in the pipes, and that is at most what a pipe holds.
        for descriptor in [outputDescriptor, errorDescriptor] where descriptor >= 0 {
            _ = read(descriptor, atMost: Int(Self.floodPipeBytes))
        }
        closeAll()
        return ScriptExit(code: code, status: status, usage: usage)
    }

    /// Sends a signal to the script's own process, never to another that got its pid.
    package func signal(_ signal: Int32) {
        guard !isReaped else { return }
        _ = clinux_pidfd_send_signal(pidfd, signal)
    }

    /// Sends a signal to the script's process group: all of it that has not left. Only before the script is reaped,
    /// since only then the group's number is surely its own.
    package func signalGroup(_ signal: Int32) {
        guard !isReaped else { return }
        kill(-pid, signal)
    }

    /// Whether something may be left of the script after `reap`: its process group, or an orphan that this process
    /// adopted (`Subreaper`) and that is none of `known`. Cheap when nothing is left; `TreeKill` finds the rest.
    package func leftovers(known: Set<Int32>) -> Bool {
        kill(-pid, 0) == 0 || errno == EPERM || Subreaper.hasOrphans(except: known)
    }

    // MARK: Descriptors

    private func close(_ descriptor: Int32) {
        willClose?(descriptor)
        Glibc.close(descriptor)
        if descriptor == outputDescriptor { outputDescriptor = -1 } else { errorDescriptor = -1 }
    }

    private var isPidfdOpen = true

    private func closeAll() {
        if outputDescriptor >= 0 { close(outputDescriptor) }
        if errorDescriptor >= 0 { close(errorDescriptor) }
        guard isPidfdOpen else { return }
        isPidfdOpen = false
        willClose?(pidfd)
        Glibc.close(pidfd)
        willClose = nil
    }
}
