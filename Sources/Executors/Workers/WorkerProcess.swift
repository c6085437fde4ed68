import CLinux
import CSpawn
import Glibc

/// A started worker. Confined to the thread of the loop that started it.
///
/// The loop watches `pidfd` and the two pipes that it reads, level-triggered, and the third while `wantsToWrite`.
/// Nothing here waits.
package final class WorkerProcess {
    /// The most that one call reads, so that a flood does not starve the loop.
    static let readBytes = 256 << 10

    package let pid: Int32
    package let pidfd: Int32
    /// The mark of all its processes.
    package let mark: UInt64
    /// Our ends of its pipes; -1 once closed.
    package private(set) var inputDescriptor: Int32
    package private(set) var outputDescriptor: Int32
    package private(set) var errorDescriptor: Int32
    /// The job that it has, as its answers name it.
    package private(set) var task: String?
    /// Whether it has said anything yet.
    package private(set) var isReady = false
    /// Whether it wants to be told that its job is to end soon.
    package private(set) var takesStops = false
    /// Jobs that it has answered.
    package private(set) var answered = 0
    /// Whether bytes wait for room in its standard input.
    package var wantsToWrite: Bool { !unwritten.isEmpty }
    /// Called with a descriptor just before it is closed: the place for EPOLL_CTL_DEL.
    package var willClose: ((Int32) -> Void)?
    /// When the process started, in clock ticks since boot: with the pid it is never another process.
    package let startTime: UInt64

    private let spawner: Spawner
    private var framer: LineFramer
    private var lastTask: String?
    private var unwritten: ArraySlice<UInt8> = []
    private var taskBytes = 0
    private var isReaped = false
    private var isPidfdOpen = true
    private var errorTail = LastLine()

    /// Starts a worker.
    ///
    /// - Parameter lineLimit: bytes of the longest line that it may write.
    /// - Throws: nothing of it runs then, and nothing is left to be reaped or closed.
    package static func start(
        _ request: ScriptRequest, lineLimit: Int, spawner: Spawner
    ) throws(SpawnError) -> WorkerProcess {
        var pipes: [Pipe] = []
        do throws(SpawnError) {
            for direction in [Pipe.Direction.input, .output, .output] { pipes.append(try Pipe(direction)) }
            let started = try spawner.start(
                request, input: pipes[0].reader, output: pipes[1].writer, error: pipes[2].writer)
            pipes[0].closeReader()
            pipes[1].closeWriter()
            pipes[2].closeWriter()
            return WorkerProcess(started, pipes, mark: request.mark, lineLimit: lineLimit, spawner: spawner)
        } catch {
            for pipe in pipes {
                pipe.closeReader()
                pipe.closeWriter()
            }
            throw error
        }
    }

    private init(
        _ started: (pid: Int32, pidfd: Int32), _ pipes: [Pipe], mark: UInt64, lineLimit: Int, spawner: Spawner
    ) {
        pid = started.pid
        pidfd = started.pidfd
        self.mark = mark
        inputDescriptor = pipes[0].writer
        outputDescriptor = pipes[1].reader
        errorDescriptor = pipes[2].reader
        startTime = ProcessStat(of: started.pid)?.startTime ?? 0
        framer = LineFramer(limit: lineLimit)
        self.spawner = spawner
    }

    deinit { closeAll() }

    // MARK: Jobs

    /// Gives it a job. Only when it has none.
    package func give(_ task: WorkerTask) throws(WorkerFault) {
        precondition(self.task == nil, "a worker has one job at a time")
        self.task = task.id
        unwritten += task.line
        taskBytes = unwritten.count
        try write()
    }

    /// Tells it something besides its job: a line of JSON, with its end.
    package func say(_ line: [UInt8]) throws(WorkerFault) {
        unwritten += line
        taskBytes += line.count
        try write()
    }

    /// Whether it read anything of the job that it was given last.
    package var hasReadTask: Bool {
        let written = taskBytes - unwritten.count
        guard inputDescriptor >= 0 else { return written > 0 }
        return written > Int(max(0, cspawn_unread_bytes(inputDescriptor)))
    }

    /// Writes on when its standard input has room.
    ///
    /// - Throws: `.closedInput` when nobody reads it.
    package func write() throws(WorkerFault) {
        while !unwritten.isEmpty {
            guard inputDescriptor >= 0 else { throw .closedInput }
            let count = unwritten.withUnsafeBytes { Glibc.write(inputDescriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else {
                close(\.inputDescriptor)
                throw .closedInput
            }
            unwritten = unwritten.dropFirst(count)
        }
        unwritten = []
    }

    /// Asks it to end: there will be no more jobs.
    package func closeInput() {
        unwritten = []
        close(\.inputDescriptor)
    }

    // MARK: What it says

    /// Reads what it has said since. What comes with a fault was said before it, and holds; after a fault nothing that
    /// it says means anything, and the worker must be ended.
    package func read() -> (messages: [WorkerMessage], fault: WorkerFault?) {
        var messages: [WorkerMessage] = []
        var left = Self.readBytes
        do throws(WorkerFault) {
            while left > 0, outputDescriptor >= 0 {
                let count = Glibc.read(outputDescriptor, spawner.scratch.baseAddress, spawner.scratch.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN { break }
                guard count > 0 else {
                    close(\.outputDescriptor)
                    throw .closedOutput
                }
                left -= count
                try framer.add(UnsafeRawBufferPointer(rebasing: spawner.scratch[..<count])) {
                    line throws(WorkerFault) in
                    guard !line.isEmpty else { return }
                    messages.append(try take(WorkerMessageReader.read(line)))
                }
                if count < spawner.scratch.count { break }
            }
        } catch {
            return (messages, error)
        }
        return (messages, nil)
    }

    private func take(_ message: WorkerMessage) throws(WorkerFault) -> WorkerMessage {
        isReady = true
        guard case .job(let name, let news) = message else {
            if case .ready(takesStops: true) = message { takesStops = true }
            return message
        }
        guard name == task else { throw name == lastTask ? .answeredTwice(name) : .unknownTask(name) }
        if news.isEnd {
            lastTask = name
            task = nil
            answered += 1
        }
        return message
    }

    /// Reads what it wrote to standard error into `output`; without one it is dropped.
    package func readErrors(into output: OutputBuffer?) {
        var left = Self.readBytes
        while left > 0, errorDescriptor >= 0 {
            let count = Glibc.read(errorDescriptor, spawner.scratch.baseAddress, spawner.scratch.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else { return close(\.errorDescriptor) }
            left -= count
            let bytes = UnsafeRawBufferPointer(rebasing: spawner.scratch[..<count])
            errorTail.add(bytes)
            output?.append(bytes, .standardError)
            if count < spawner.scratch.count { return }
        }
    }

    /// What it wrote to standard error last and says most: for messages.
    package var lastWords: String? { errorTail.text }

    // MARK: The end

    /// How it ended, or nil when it has not. Call it when `pidfd` is readable, and read before what it said last; not
    /// again after an end.
    package func reap() -> ScriptExit? {
        precondition(!isReaped, "a worker is reaped once")
        var code: Int32 = 0
        var status: Int32 = 0
        var usage = rusage()
        guard cspawn_reap(pidfd, &code, &status, &usage) == 1 else { return nil }
        isReaped = true
        return ScriptExit(code: code, status: status, usage: usage)
    }

    /// Closes all that is open. After `reap`.
    package func closeAll() {
        close(\.inputDescriptor)
        close(\.outputDescriptor)
        close(\.errorDescriptor)
        guard isPidfdOpen else { return }
        isPidfdOpen = false
        willClose?(pidfd)
        Glibc.close(pidfd)
        willClose = nil
    }

    /// Sends a signal to the worker's own process, never to another that got its pid.
    package func signal(_ signal: Int32) {
        guard !isReaped else { return }
        _ = clinux_pidfd_send_signal(pidfd, signal)
    }

    /// Finds all its processes.
    ///
    /// - Parameter lease: the value of `WEIR_LEASE` that they have.
    package func scan(lease: String) -> MarkScan {
        MarkScan(marks: [mark], leases: [lease], sessions: [pid: startTime])
    }

    /// What its own process has resident, in KiB; `nil`: it has ended.
    package var residentKiB: Int? {
        ProcFile.read("/proc/\(pid)/statm", atMost: 256) { bytes in
            let pages = String(decoding: bytes, as: UTF8.self).split(separator: " ").dropFirst().first
            return pages.flatMap { Int($0) }.map { $0 * sysconf(Int32(_SC_PAGESIZE)) / 1024 }
        } ?? nil
    }

    private func close(_ end: ReferenceWritableKeyPath<WorkerProcess, Int32>) {
        let descriptor = self[keyPath: end]
        guard descriptor >= 0 else { return }
        self[keyPath: end] = -1
        willClose?(descriptor)
        Glibc.close(descriptor)
    }
}
