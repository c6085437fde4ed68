import CLinux
import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `A script that starts` {
        @Test func `has a session and a group of its own`() throws {
            let script = try TestScript.start(TestScript.request(shell: "cut -d' ' -f5,6 /proc/$$/stat"))
            let pid = script.process.pid
            _ = try script.finish()
            let text = String(decoding: script.process.output.standardOutput(limit: 100) ?? [], as: UTF8.self)
            #expect(text == "\(pid) \(pid)\n")
        }

        @Test func `has the descriptors 0, 1 and 2 and no other`() throws {
            let leak = open("/dev/null", O_RDONLY)
            defer { close(leak) }
            // ls itself opens the folder that it lists, as 3.
            #expect(try TestScript.output(of: "exec ls /proc/self/fd") == "0\n1\n2\n3\n")
        }

        @Test func `has the environment that it was given and nothing else`() throws {
            var request = TestScript.request(["/usr/bin/env"])
            request.environment = ["A": "1", "EMPTY": "", "UMLAUT": "ä = b"]
            let (_, output) = try TestScript.run(request)
            let lines = String(decoding: output.standardOutput(limit: 1000) ?? [], as: UTF8.self).split(separator: "\n")
            #expect(Set(lines) == ["A=1", "EMPTY=", "UMLAUT=ä = b"])
        }

        @Test func `starts in its directory`() throws {
            var request = TestScript.request(["pwd"])
            request.directory = "/usr"
            let (_, output) = try TestScript.run(request)
            #expect(output.standardOutput(limit: 100) == Array("/usr\n".utf8))
        }

        @Test func `has empty standard input`() throws {
            #expect(try TestScript.output(of: "wc -c") == "0\n")
        }

        @Test func `reads the standard input that it was given, from its start`() throws {
            var request = TestScript.request(shell: "cat; echo; wc -c <&0")
            request.standardInput = Array("line one\nline two".utf8)
            let (_, output) = try TestScript.run(request)
            #expect(output.standardOutput(limit: 100) == Array("line one\nline two\n0\n".utf8))
        }

        @Test func `reads more standard input than a pipe holds`() throws {
            var request = TestScript.request(["wc", "-c"])
            request.standardInput = [UInt8](repeating: 7, count: 3_000_000)
            let (_, output) = try TestScript.run(request)
            #expect(output.standardOutput(limit: 100) == Array("3000000\n".utf8))
        }

        @Test func `inherits no blocked and no ignored signal`() throws {
            var blocked = sigset_t()
            var before = sigset_t()
            sigfillset(&blocked)
            pthread_sigmask(SIG_SETMASK, &blocked, &before)
            let pipe = Glibc.signal(SIGPIPE, SIG_IGN)
            let user = Glibc.signal(SIGUSR1, SIG_IGN)
            defer {
                pthread_sigmask(SIG_SETMASK, &before, nil)
                _ = Glibc.signal(SIGPIPE, pipe)
                _ = Glibc.signal(SIGUSR1, user)
            }
            let text = try TestScript.output(of: "exec grep -E '^Sig(Blk|Ign)' /proc/self/status")
            #expect(text == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
        }

        @Test func `executes a file without an interpreter's line by the shell`() throws {
            try withFolder { folder in
                try write("echo \"$0 $1\"\n", to: folder + "/plain", mode: 0o755)
                var request = TestScript.request(["./plain", "x y"])
                request.directory = folder
                let (exit, output) = try TestScript.run(request)
                #expect(exit.exitCode == 0)
                #expect(output.standardOutput(limit: 100) == Array("./plain x y\n".utf8))
            }
        }

        @Test func `is looked for in its own PATH, and the first that may be executed is taken`() throws {
            try withFolder { folder in
                mkdir(folder + "/a", 0o755)
                mkdir(folder + "/b", 0o755)
                try write("#!/bin/sh\necho a\n", to: folder + "/a/tool", mode: 0o644)
                try write("#!/bin/sh\necho b\n", to: folder + "/b/tool", mode: 0o755)
                var request = TestScript.request(["tool"])
                request.environment["PATH"] = "\(folder)/none:\(folder)/a:\(folder)/b"
                let (_, output) = try TestScript.run(request)
                #expect(output.standardOutput(limit: 100) == Array("b\n".utf8))
            }
        }

        @Test func `bears its mark after setsid and with an empty environment`() throws {
            let mark = TestScript.newMark()
            let (_, output) = try TestScript.run(
                TestScript.request(
                    shell: "exec setsid --wait env -i /bin/sh -c 'grep \"realtime timeout\" /proc/self/limits'",
                    mark: mark)
            )
            let text = String(decoding: output.standardOutput(limit: 1000) ?? [], as: UTF8.self)
            #expect(text.contains("\((1 << 60) | mark)"))
        }

        @Test func `has the memory that it may have and no more`() throws {
            var request = TestScript.request(shell: "ulimit -d")
            request.memoryLimit = 64 << 20
            let (_, output) = try TestScript.run(request)
            #expect(output.standardOutput(limit: 100) == Array("65536\n".utf8))
        }
    }

    @Suite struct `A script that cannot start` {
        private func failure(_ request: ScriptRequest) -> SpawnError? {
            do {
                _ = try ScriptProcess.start(request, spawner: try Spawner())
                return nil
            } catch { return error }
        }

        @Test func `is not executed when the lease is over`() throws {
            try withFolder { folder in
                var request = TestScript.request(["touch", folder + "/started"])
                request.deadline = clinux_boottime_ms()
                #expect(failure(request) == .leaseOver)
                #expect(access(folder + "/started", F_OK) != 0)
                request.deadline = clinux_boottime_ms() + 600_000
                let exit = try TestScript.run(request).exit
                #expect(exit.exitCode == 0)
            }
        }

        @Test func `says which command is missing, and where it was looked for`() throws {
            let error = failure(TestScript.request(["no-such-command"]))
            #expect(error == .notFound(command: "no-such-command", path: "/usr/local/bin:/usr/bin:/bin"))
            #expect(
                error?.description == "there is no command 'no-such-command' in PATH (/usr/local/bin:/usr/bin:/bin)")
            #expect(failure(TestScript.request(["./none"])) == .notFound(command: "./none", path: nil))
            #expect(failure(TestScript.request([])) == .notFound(command: "", path: nil))
        }

        @Test func `says that a file is not executable`() throws {
            try withFolder { folder in
                try write("#!/bin/sh\n", to: folder + "/tool")
                #expect(
                    failure(TestScript.request([folder + "/tool"]))
                        == .notExecutable(command: folder + "/tool", errno: EACCES))
                #expect(failure(TestScript.request([folder])) == .notExecutable(command: folder, errno: EACCES))
            }
        }

        @Test func `says that an interpreter is missing`() throws {
            try withFolder { folder in
                try write("#!/no/such/interpreter\n", to: folder + "/tool", mode: 0o755)
                let error = failure(TestScript.request([folder + "/tool"]))
                #expect(error == .notExecutable(command: folder + "/tool", errno: ENOENT))
            }
        }

        @Test func `says that its directory is missing`() throws {
            var request = TestScript.request(["true"])
            request.directory = "/no/such/folder"
            let error = failure(request)
            #expect(error == .directory("/no/such/folder", errno: ENOENT))
            #expect(
                error?.description == "cannot use '/no/such/folder' as the working directory: No such file or directory"
            )
        }

        @Test func `says that its arguments are too long`() throws {
            let longest = String(repeating: "x", count: 131_071)
            #expect(failure(TestScript.request(["true", longest])) == nil)
            #expect(failure(TestScript.request(["true", longest + "x"])) == .tooLong)
            let many = [String](repeating: String(repeating: "x", count: 100_000), count: 100)
            #expect(failure(TestScript.request(["true"] + many)) == .tooLong)
        }

        @Test func `says that its text holds a NUL byte`() throws {
            #expect(failure(TestScript.request(["true", "a\0b"])) == .invalidText("an argument with a NUL byte"))
            var request = TestScript.request(["true"])
            request.environment["A"] = "a\0b"
            #expect(failure(request) == .invalidText("the environment variable 'A'"))
            request.environment = ["A=B": "c"]
            #expect(failure(request) == .invalidText("the environment variable 'A=B'"))
        }

        @Test func `leaves no process and no descriptor behind`() throws {
            Subreaper.reapOrphans(except: [])
            let children = ProcessChildren.of(getpid())
            let before = ProcFile.numbers(in: "/proc/self/fd").count
            for _ in 0..<50 { #expect(failure(TestScript.request(["no-such-command"])) != nil) }
            #expect(ProcFile.numbers(in: "/proc/self/fd").count == before)
            #expect(ProcessChildren.of(getpid()) == children)
        }
    }
}
