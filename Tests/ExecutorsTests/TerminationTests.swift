import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `A tree that is asked to end` {
        private let mark = TestScript.newMark()
        private var scan: MarkScan { MarkScan(marks: [mark]) }

        private func start(_ shell: String, until text: String = "ready") throws -> TestScript {
            let script = try TestScript.start(TestScript.request(shell: shell, mark: mark))
            try script.awaitOutput(text)
            return script
        }

        @Test func `loses what ignores that, wherever it went`() throws {
            let script = try start(
                """
                trap '' TERM
                (setsid sh -c '(setsid env -i /bin/sh -c "echo one; exec sleep 1000" &); exec sleep 1000' &)
                sleep 1000 & echo ready; wait
                """, until: "one")
            var termination = Termination()
            termination.ask(scan)
            #expect(scan.run().count >= 4)
            #expect(termination.press(scan) >= 4)
            try pollUntil { scan.run().isEmpty }
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `keeps what handles it, and what that starts to clean up`() throws {
            // The handler ignores further signals, and so does all that it starts.
            let script = try start(
                "trap 'trap \"\" TERM; echo asked; sleep 1000; exit 3' TERM; echo ready; while :; do sleep 0.1; done")
            var termination = Termination()
            termination.ask(scan)
            try script.awaitOutput("asked")
            try pollUntil { scan.run().count == 2 }
            #expect(termination.press(scan) == 0)
            #expect(scan.run().count == 2)
            #expect(try killTree(scan) == 2)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `loses the deaf beside one that handles it`() throws {
            let script = try start(
                """
                sh -c 'trap "" TERM; echo ready; exec sleep 1000' &
                trap 'echo asked' TERM
                while :; do wait; done
                """)
            var termination = Termination()
            termination.ask(scan)
            try script.awaitOutput("asked")
            #expect(termination.press(scan) == 1)
            try pollUntil { scan.run().map(\.pid) == [script.process.pid] }
            #expect(try killTree(scan) == 1)
            _ = try script.finish()
        }

        @Test func `loses one that keeps the signal waiting`() throws {
            let script = try start(
                """
                exec python3 -c '
                import signal, time
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
                print("ready", flush=True)
                time.sleep(1000)'
                """)
            #expect(SignalStance.of(script.process.pid) == .handles)
            var termination = Termination()
            termination.ask(scan)
            #expect(termination.press(scan) == 1)
            #expect(try script.finish().signal == SIGKILL)
        }

        @Test func `is asked too where a part began after the others were asked`() throws {
            let script = try start("echo ready; exec sleep 1000")
            var termination = Termination()
            #expect(termination.press(scan) == 0)
            #expect(try script.finish().signal == SIGTERM)
        }
    }
}
