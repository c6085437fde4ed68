import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `The memory of a tree` {
        /// Fills so many MiB, then forks so often.
        private func start(_ mebibytes: Int, forks: Int = 0, each own: Int = 0, mark: UInt64) throws -> TestScript {
            let script = try TestScript.start(
                TestScript.request(
                    [
                        "python3", "-c",
                        """
                        import os, sys, time
                        shared = b"x" * (\(mebibytes) << 20)
                        for _ in range(\(forks)):
                            if os.fork() == 0: break
                        own = b"y" * (\(own) << 20)
                        sys.stdout.write("ready\\n"); sys.stdout.flush()
                        time.sleep(1000)
                        """,
                    ], mark: mark))
            let process = script.process
            try pollUntil {
                try script.awaitOutput("ready")
                let output = String(decoding: process.output.standardOutput(limit: .max) ?? [], as: UTF8.self)
                _ = process.readOutput(process.outputDescriptor)
                return output.split(separator: "\n").count == forks + 1
            }
            return script
        }

        @Test func `is what all its processes have, of each tree its own`() throws {
            let (one, two) = (TestScript.newMark(), TestScript.newMark())
            let small = try start(20, mark: one)
            let large = try start(1, forks: 2, each: 40, mark: two)
            let found = TreeMemory.measure([one: 1 << 30, two: 1 << 30, TestScript.newMark(): 1])
            #expect(found.count == 2)
            #expect(found[one]?.processes == 1)
            #expect((20 * 1024..<60 * 1024).contains(found[one]?.kibibytes ?? 0))
            #expect(found[two]?.processes == 3)
            #expect((120 * 1024..<200 * 1024).contains(found[two]?.kibibytes ?? 0))
            #expect(try killTree(MarkScan(marks: [one, two])) == 4)
            _ = try (small.finish(), large.finish())
        }

        @Test func `counts a page that is shared only once where that decides`() throws {
            let mark = TestScript.newMark()
            let script = try start(60, forks: 3, mark: mark)
            let roomy = try #require(TreeMemory.measure([mark: 1 << 30])[mark])
            #expect(roomy.kibibytes > 4 * 60 * 1024)
            let near = try #require(TreeMemory.measure([mark: 150 * 1024])[mark])
            #expect((60 * 1024..<150 * 1024).contains(near.kibibytes))
            #expect(try killTree(MarkScan(marks: [mark])) == 4)
            _ = try script.finish()
        }

        @Test func `counts once what a child has between vfork and exec`() throws {
            let mark = TestScript.newMark()
            // The child hangs at the pipe that it has to open before it is executed.
            let script = try TestScript.start(
                TestScript.request(
                    [
                        "python3", "-c",
                        """
                        import os, tempfile
                        x = b"x" * (80 << 20)
                        path = tempfile.mkdtemp() + "/pipe"
                        os.mkfifo(path)
                        print("ready", flush=True)
                        os.posix_spawn("/bin/true", ["true"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 9, path, os.O_RDONLY, 0)])
                        """,
                    ], mark: mark))
            try script.awaitOutput("ready")
            try pollUntil { MarkScan(marks: [mark]).run().count == 2 }
            let found = try #require(TreeMemory.measure([mark: 120 << 10])[mark])
            #expect(found.processes == 2)
            #expect((80 * 1024..<120 * 1024).contains(found.kibibytes))
            #expect(try killTree(MarkScan(marks: [mark])) == 2)
            _ = try script.finish()
        }

        @Test func `counts the jobs of a job with it`() throws {
            let mark = TestScript.newMark()
            let other = Mark.limit(for: TestScript.newMark())
            let script = try TestScript.start(
                TestScript.request(
                    shell: """
                        prlimit --rttime=\(other) python3 -c '
                        import time
                        x = b"x" * (50 << 20)
                        print("ready", flush=True)
                        time.sleep(1000)' & wait
                        """, mark: mark))
            try script.awaitOutput("ready")
            #expect((TreeMemory.measure([mark: 1 << 30])[mark]?.kibibytes ?? 0) > 50 * 1024)
            #expect(try killTree(MarkScan(marks: [mark])) == 2)
            _ = try script.finish()
        }

        @Test func `counts one that took its mark off with its parent`() throws {
            let mark = TestScript.newMark()
            let script = try TestScript.start(
                TestScript.request(
                    shell: """
                        prlimit --rttime=unlimited python3 -c '
                        import time
                        x = b"x" * (50 << 20)
                        print("ready", flush=True)
                        time.sleep(1000)' & wait
                        """, mark: mark))
            try script.awaitOutput("ready")
            let found = try #require(TreeMemory.measure([mark: 1 << 30])[mark])
            #expect(found.processes == 2)
            #expect(found.kibibytes > 50 * 1024)
            #expect(try killTree(MarkScan(marks: [mark])) == 2)
            _ = try script.finish()
        }
    }
}
