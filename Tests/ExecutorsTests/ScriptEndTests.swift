import CLinux
import CSpawn
import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `A script that ends` {
        @Test(arguments: [0, 1, 42, 255] as [Int32]) func `gives its exit code`(code: Int32) throws {
            let exit = try TestScript.run(TestScript.request(shell: "exit \(code)")).exit
            #expect(exit.exitCode == code)
            #expect(exit.signal == nil)
        }

        @Test(arguments: [SIGKILL, SIGTERM, SIGSEGV]) func `gives the signal that ended it`(signal: Int32) throws {
            let script = try TestScript.start(TestScript.request(["sleep", "1000"]))
            script.process.signal(signal)
            let exit = try script.finish()
            #expect(exit.exitCode == nil)
            #expect(exit.signal == signal)
        }

        @Test func `has not ended before`() throws {
            let script = try TestScript.start(TestScript.request(["sleep", "1000"]))
            #expect(script.process.reap() == nil)
            #expect(script.process.startTime > 0)
            script.process.signal(SIGKILL)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `gives its peak memory and its processor time`() throws {
            let exit = try TestScript.run(
                TestScript.request([
                    "perl", "-e", "$x = 'x' x 200_000_000; for ($i = 0; $i < 3_000_000; $i++) { $s += $i }",
                ])
            ).exit
            #expect(exit.exitCode == 0)
            #expect(exit.maxRSSKiB > 190_000)
            #expect(exit.cpuMilliseconds > 10)
        }

        @Test func `is seen to end although a grandchild holds its output`() throws {
            let mark = TestScript.newMark()
            let script = try TestScript.start(
                TestScript.request(shell: "sleep 1000 & echo started; echo and failed >&2; exit 3", mark: mark))
            #expect(try script.finish().exitCode == 3)
            #expect(script.process.outputDescriptor == -1)
            #expect(script.process.errorDescriptor == -1)
            #expect(script.process.output.total == "started\nand failed\n".utf8.count)
            #expect(script.process.leftovers(known: []))
            #expect(try killTree(MarkScan(marks: [mark])) == 1)
        }

        @Test func `ends although a grandchild floods its output`() throws {
            let mark = TestScript.newMark()
            let script = try TestScript.start(TestScript.request(shell: "trap '' PIPE; yes & exit 0", mark: mark))
            #expect(try script.finish().exitCode == 0)
            // yes may have ended by itself, since nobody reads it any more.
            #expect(try killTree(MarkScan(marks: [mark])) <= 1)
        }

        @Test func `leaves nothing that costs more than a look`() throws {
            let script = try TestScript.start(TestScript.request(["true"]))
            _ = try script.finish()
            #expect(!script.process.leftovers(known: []))
        }

        @Test func `leaves its orphans a closed pipe, and SIGPIPE when they write`() throws {
            let mark = TestScript.newMark()
            let script = try TestScript.start(TestScript.request(shell: "yes & exit 0", mark: mark))
            _ = try script.finish()
            try pollUntil { MarkScan(marks: [mark]).run().isEmpty }
        }

        @Test func `tells of each descriptor before it is closed`() throws {
            let script = try TestScript.start(TestScript.request(["true"]))
            let process = script.process
            let descriptors = [process.pidfd, process.outputDescriptor, process.errorDescriptor]
            var told: [Int32] = []
            process.willClose = { descriptor in
                #expect(fcntl(descriptor, F_GETFD) >= 0)
                told.append(descriptor)
            }
            _ = try script.finish()
            #expect(Set(told) == Set(descriptors))
            #expect(told.count == 3)
        }

        @Test func `is killed when the thread that started it ends`() throws {
            var thread = pthread_t()
            let box = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
            defer { box.deallocate() }
            pthread_create(
                &thread, nil,
                { argument in
                    let script = try? TestScript.start(TestScript.request(["sleep", "1000"]))
                    let pidfd = script.map { clinux_pidfd_open($0.process.pid) }
                    argument?.assumingMemoryBound(to: Int32.self).pointee = pidfd ?? -1
                    return nil
                }, box)
            pthread_join(thread, nil)
            defer { close(box.pointee) }
            var ended = pollfd(fd: box.pointee, events: Int16(POLLIN), revents: 0)
            #expect(poll(&ended, 1, 60_000) == 1)
            var code: Int32 = 0
            var status: Int32 = 0
            var usage = rusage()
            #expect(cspawn_reap(box.pointee, &code, &status, &usage) == 1)
            #expect(status == SIGKILL)
        }

        @Test func `leaves no zombie and no descriptor, 500 times`() throws {
            let spawner = try Spawner()
            func round() throws {
                let script = TestScript(
                    process: try ScriptProcess.start(TestScript.request(["echo", "x"]), spawner: spawner))
                #expect(try script.finish().exitCode == 0)
                #expect(script.process.output.total == 2)
            }
            try round()
            Subreaper.reapOrphans(except: [])
            let children = ProcessChildren.of(getpid())
            let before = ProcFile.numbers(in: "/proc/self/fd").count
            for _ in 0..<500 { try round() }
            #expect(ProcFile.numbers(in: "/proc/self/fd").count == before)
            #expect(ProcessChildren.of(getpid()) == children)
        }

        @Test func `passes a signal to its group`() throws {
            let script = try TestScript.start(
                TestScript.request(shell: "trap 'wait; exit 7' TERM; sh -c 'echo ready; exec sleep 1000' & wait"))
            try script.awaitOutput("ready")
            script.process.signalGroup(SIGTERM)
            #expect(try script.finish().exitCode == 7)
            #expect(!script.process.leftovers(known: []))
        }
    }
}
