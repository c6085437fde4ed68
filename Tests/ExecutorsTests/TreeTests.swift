import CLinux
import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `A tree of processes` {
        private let mark = TestScript.newMark()

        /// Starts a script that writes `ready` when its tree stands.
        private func start(_ shell: String, environment: [String: String] = [:]) throws -> TestScript {
            var request = TestScript.request(shell: shell, mark: mark)
            request.environment.merge(environment) { $1 }
            let script = try TestScript.start(request)
            try script.awaitOutput("ready")
            return script
        }

        @Test func `is killed with its root`() throws {
            let script = try start("sleep 1000 & sleep 1000 & echo ready; wait")
            #expect(try killTree(MarkScan(marks: [mark])) == 3)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `is killed although a part left the session and erased its environment`() throws {
            let script = try start("setsid env -i /bin/sh -c 'echo ready; exec sleep 1000' & wait")
            let found = MarkScan(marks: [mark]).run()
            #expect(found.count == 2)
            #expect(found.allSatisfy { $0.mark == mark })
            #expect(try killTree(MarkScan(marks: [mark])) == 2)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `is killed although a part became a daemon by a double fork`() throws {
            let script = try start(
                "(setsid sh -c '(env -i /bin/sh -c \"echo ready; exec sleep 1000\" >&2 &)' 2>&1 &) ; exit 0")
            #expect(try script.finish().exitCode == 0)
            // One, or more while those between are still about to exit.
            #expect(try killTree(MarkScan(marks: [mark])) >= 1)
            #expect(MarkScan(marks: [mark]).run().isEmpty)
        }

        @Test func `is killed although it ignores signals`() throws {
            let script = try start("trap '' TERM INT HUP; sleep 1000 & echo ready; wait; wait")
            script.process.signalGroup(SIGTERM)
            #expect(try killTree(MarkScan(marks: [mark])) == 2)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `of 50 that go on forking is killed`() throws {
            let script = try start(
                "f() { while :; do sleep 0.01 & wait $!; done; }; for i in $(seq 25); do f & done; echo ready; wait")
            #expect(try killTree(MarkScan(marks: [mark])) > 25)
            #expect(MarkScan(marks: [mark]).run().isEmpty)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `is found by its family where a part took the mark off`() throws {
            let script = try start(
                "prlimit --rttime=unlimited env -i setsid /bin/sh -c 'sleep 1000 & echo ready; wait' & wait")
            let found = MarkScan(marks: [mark]).run()
            #expect(found.count { $0.mark == nil } == 2)
            #expect(try killTree(MarkScan(marks: [mark])) == found.count)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test(.enabled(if: geteuid() == 0)) func `is killed although a part became another user`() throws {
            let script = try start(
                "setpriv --reuid 65534 --clear-groups env -i setsid /bin/sh -c 'echo ready; exec sleep 1000' & wait")
            #expect(try killTree(MarkScan(marks: [mark])) == 2)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `gets a signal, wherever its parts are`() throws {
            let script = try start("setsid env -i /bin/sh -c 'echo ready; exec sleep 1000' & wait; exit 5")
            #expect(MarkScan(marks: [mark]).signal(SIGTERM) == 2)
            #expect(try script.finish().signal == SIGTERM)
            try pollUntil { MarkScan(marks: [mark]).run().isEmpty }
        }

        @Test func `loses no part to the death of the parent through which it was found`() throws {
            let script = try start(
                "prlimit --rttime=unlimited env -i setsid /bin/sh -c 'echo ready; exec sleep 1000' & wait")
            let part = try #require(MarkScan(marks: [mark]).run().first { $0.mark == nil })
            #expect(ProcessChildren.listed(of: script.process.pid) == [part.pid])
            #expect(ProcessChildren.asked(of: script.process.pid) == [part.pid])
            script.process.signal(SIGKILL)
            #expect(try script.finish().signal == SIGKILL)
            #expect(MarkScan(marks: [mark]).run().isEmpty)
            #expect(MarkScan(marks: [mark]).run(also: [part.pid: part.startTime]).map(\.pid) == [part.pid])
            #expect(MarkScan(marks: [mark]).run(also: [part.pid: part.startTime - 1]).isEmpty)
            #expect(part.signal(SIGKILL))
        }

        @Test func `is found by its environment where the mark is off`() throws {
            let script = try start(
                "(prlimit --rttime=unlimited setsid sleep 1000 &); echo ready; exit 0",
                environment: ["WEIR_LEASE": "7.\(mark)"])
            #expect(try script.finish().exitCode == 0)
            try pollUntil { MarkScan(marks: [mark]).run().isEmpty }
            let scan = MarkScan(marks: [mark], leases: ["7.\(mark)"])
            #expect(try killTree(scan) == 1)
        }

        @Test func `is found by its session where mark and environment are off`() throws {
            let script = try start("(prlimit --rttime=unlimited env -i sleep 1000 &); echo ready; exec sleep 1000")
            let pid = script.process.pid
            let startTime = script.process.startTime
            script.process.signal(SIGKILL)
            #expect(try script.finish().signal == SIGKILL)
            try pollUntil { MarkScan(marks: [mark]).run().isEmpty }
            #expect(try killTree(MarkScan(marks: [], sessions: [pid: startTime])) == 1)
        }

        @Test func `is spared when its session is the successor of ours`() throws {
            let script = try start("echo ready; exec sleep 1000")
            let stale = [script.process.pid: script.process.startTime - 1]
            #expect(MarkScan(marks: [], sessions: stale).run().isEmpty)
            #expect(try killTree(MarkScan(marks: [], sessions: stale)) == 0)
            #expect(isAlive(script.process.pid))
            script.process.signal(SIGKILL)
            _ = try script.finish()
        }

        @Test func `that got a dead process's pid is never signalled`() throws {
            let script = try start("echo ready; exec sleep 1000")
            let process = try #require(MarkScan(marks: [mark]).run().first)
            var other = process
            other.mark = TestScript.newMark()
            #expect(!other.signal(SIGKILL))
            other = process
            other.startTime -= 1
            #expect(!other.signal(SIGKILL))
            #expect(process.signal(0))
            #expect(isAlive(script.process.pid))
            #expect(process.signal(SIGKILL))
            #expect(try script.finish().signal == SIGKILL)
            #expect(!process.signal(0))
        }

        @Test func `of another attempt stays`() throws {
            let script = try start("echo ready; exec sleep 1000")
            #expect(try killTree(MarkScan(marks: [TestScript.newMark()])) == 0)
            #expect(isAlive(script.process.pid))
            #expect(try killTree(MarkScan(marks: [mark, TestScript.newMark()])) == 1)
            _ = try script.finish()
        }

        @Test func `never holds who looks`() throws {
            let realTime = __rlimit_resource_t(15)  // RLIMIT_RTTIME, which Glibc does not import
            var before = rlimit()
            getrlimit(realTime, &before)
            var limit = before
            limit.rlim_cur = rlim_t(Mark.limit(for: mark))
            setrlimit(realTime, &limit)
            defer { setrlimit(realTime, &before) }
            #expect(Mark.of(getpid()) == mark)
            #expect(MarkScan(marks: [mark]).run().isEmpty)
        }
    }

    @Suite struct `A subreaper` {
        @Test func `sees and reaps orphans, and leaves the exits of its own alone`() throws {
            try Subreaper.become()
            Subreaper.reapOrphans(except: [])
            let mark = TestScript.newMark()
            let own = try TestScript.start(TestScript.request(["true"]))
            var ended = pollfd(fd: own.process.pidfd, events: Int16(POLLIN), revents: 0)
            #expect(poll(&ended, 1, 60_000) == 1)

            let script = try TestScript.start(
                TestScript.request(
                    shell: "(setsid env -i /bin/sh -c 'echo $$; exec sleep 1000' &) ; exit 0", mark: mark))
            _ = try script.finish()
            let known: Set<Int32> = [own.process.pid]
            #expect(script.process.leftovers(known: known))
            let orphans = Subreaper.orphans(known: known)
            #expect(orphans.map(\.mark) == [mark])
            #expect(Subreaper.reapOrphans(except: known) == 0)

            #expect(try killTree(MarkScan(marks: [mark])) == 1)
            #expect(Subreaper.reapOrphans(except: known) == 1)
            #expect(!Subreaper.hasOrphans(except: known))
            #expect(try own.finish().exitCode == 0)
            #expect(!own.process.leftovers(known: []))
        }
    }
}
