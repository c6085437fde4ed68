import Glibc
import TestSupport
import Testing

/// What the helpers offer besides jobs and answers, with the interpreters of this host.
@Suite(.serialized) struct `Jobs of helpers` {
    private static let folder =
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        + "/examples/workers"

    private static let python = """
        import asyncio, subprocess, sys, time
        sys.path.insert(0, "\(folder)")
        from weir_worker import job, run, Conflict, Stopped
        @job("memory")
        async def memory(data, job):
            first = job.memory.set("n", {"a": 1})
            try:
                job.memory.set("n", 2, if_version=first + 100)
            except Conflict:
                job.memory.set("n", -5, if_version=first)
            gone = job.memory.delete("no such")
            return [job.memory.get("n"), job.memory.get("x", "none"), gone, job.memory.list()]
        @job("pools")
        def pools(data, job):
            return job.pools
        @job("trace")
        def trace(data, job):
            return job.traceparent
        @job("stop")
        def stop(data, job):
            if job.saved:
                return job.saved
            print("waits", flush=True)
            while not job.stopping:
                time.sleep(0.005)
            job.checkpoint("so far")
            raise Stopped()
        @job("big")
        def big(data):
            return "x" * (1 << 20)
        @job("exit")
        def leave(data):
            sys.exit(3)
        class Host:
            def double(self, data):
                return data * 2
        job("method")(Host().double)
        @job("child")
        def child(data):
            subprocess.run(["echo", "from a child"])
        @job("command")
        def command(data):
            done = subprocess.run([data, "memory", "set", "n", "1"], capture_output=True, text=True)
            return [done.returncode, done.stderr]
        run()
        """

    private static let node = """
        const { job } = require("\(folder)/weir-worker.js");
        const { spawnSync } = require("child_process");
        job("memory", async (data, job) => {
          const first = await job.memory.set("n", { a: 1 });
          try {
            await job.memory.set("n", 2, { ifVersion: first + 100 });
          } catch (error) {
            if (!error.conflict) throw error;
            await job.memory.set("n", -5, { ifVersion: first });
          }
          const gone = await job.memory.delete("no such");
          return [await job.memory.get("n"), (await job.memory.get("x")) ?? "none", gone, await job.memory.list()];
        });
        job("pools", (data, job) => job.pools);
        job("trace", (data, job) => job.traceparent);
        job("stop", (data, job) => job.saved ?? new Promise((resolve, reject) => {
          console.log("waits");
          const alive = setInterval(() => {}, 1000);
          job.onStop(() => { clearInterval(alive); job.checkpoint("so far"); reject(new Error("stopped")); });
        }));
        job("big", () => "x".repeat(1 << 20));
        job("exit", () => { throw new Error("3"); });
        job("method", (data) => data * 2);
        job("child", () => { spawnSync("echo", ["from a child"], { stdio: "inherit" }); });
        job("command", (data) => {
          const done = spawnSync(data, ["memory", "set", "n", "1"], { encoding: "utf8" });
          return [done.status, done.stderr];
        });
        """

    static let languages = [("python3", "w.py", python), ("node", "w.js", node)]

    private func withWorker(
        _ language: (program: String, file: String, source: String), _ body: (Host, [String]) throws -> Void
    ) throws {
        let paths = (Binary.variable("PATH") ?? "").split(separator: ":")
        guard paths.contains(where: { access("\($0)/\(language.program)", X_OK) == 0 }) else {
            return report("skipped: there is no \(language.program) here")
        }
        try withHost { host in
            let path = "\(host.folder)/\(language.file)"
            try Files.write(language.source, to: path)
            let types = ["memory", "pools", "trace", "stop", "big", "exit", "method", "child", "command"]
            try body(host, types.flatMap { ["--worker", "\($0)=\(language.program) \(path)"] })
        }
    }

    private func work(_ host: Host, _ arguments: [String]) throws {
        let runner = try host.start(["runner", "--drain-after", "idle"] + arguments)
        #expect(try runner.wait(within: 120).exitCode == 0, "\(runner.error)")
    }

    @Test(arguments: languages) func `read and change the memory`(language: (String, String, String)) throws {
        try withWorker(language) { host, workers in
            try host.enqueue("memory")
            try work(host, workers)
            #expect(try host.lines("SELECT value FROM results") == [#"[-5,"none",false,{"n":-5}]"#])
            #expect(try host.lines("SELECT name, value, run_id FROM memory") == ["n|-5|0"])
            #expect(try host.number("SELECT sum(crashes + failures) FROM jobs") == 0)
        }
    }

    @Test(arguments: languages) func `know their units of a pool`(language: (String, String, String)) throws {
        try withWorker(language) { host, workers in
            try host.run("init")
            let pool = try host.start(["pool", "set", "gpu", "2"])
            #expect(try pool.wait().exitCode == 0, "\(pool.error)")
            let enqueue = try host.start(["enqueue", "--type", "pools", "--pool", "gpu"])
            #expect(try enqueue.wait().exitCode == 0, "\(enqueue.error)")
            try work(host, workers)
            #expect(try host.lines("SELECT value FROM results") == [#"{"gpu":[0]}"#])
        }
    }

    @Test(arguments: languages) func `know their trace, with a span for each attempt`(
        language: (String, String, String)
    ) throws {
        try withWorker(language) { host, workers in
            for _ in 1...2 { try host.enqueue("trace") }
            try work(host, workers)
            let traces = try host.lines("SELECT value FROM results ORDER BY job_id")
            let form = /"00-[0-9a-f]{32}-000100000000000(1|2)-01"/
            #expect(traces.count == 2 && Set(traces).count == 2, "\(traces)")
            for trace in traces { #expect(trace.wholeMatch(of: form) != nil, "\(trace)") }
        }
    }

    @Test(arguments: languages) func `hand themselves over when their runner drains`(
        language: (String, String, String)
    ) throws {
        try withWorker(language) { host, workers in
            try host.enqueue("stop")
            let runner = try host.start(["runner"] + workers)
            try eventually("the start") { try host.errors().contains("waits") }
            runner.send(SIGTERM)
            #expect(try runner.wait(within: 9).exitCode == 0, "\(runner.error)")
            #expect(try host.lines("SELECT state, failures, checkpoint FROM jobs") == ["ready|0|\"so far\""])
            try work(host, workers)
            #expect(try host.lines("SELECT value FROM results") == ["\"so far\""])
        }
    }

    @Test(arguments: languages) func `fail alone, and their worker lives on`(
        language: (String, String, String)
    ) throws {
        try withWorker(language) { host, workers in
            try host.enqueue("big", retries: 5)
            try host.enqueue("exit")
            try host.enqueue("method", data: "21")
            try host.enqueue("child")
            try work(host, workers)
            let ends = try host.lines("SELECT type, state, attempt, coalesce(error, '') FROM jobs ORDER BY id")
            #expect(ends[0].hasPrefix("big|failed|1|the result has 1048578 bytes; 1048576 is the most"), "\(ends)")
            #expect(ends[1].hasPrefix("exit|failed|1|") && ends[1].hasSuffix("3"), "\(ends)")
            #expect(ends[2] == "method|succeeded|1|" && ends[3] == "child|succeeded|1|", "\(ends)")
            #expect(try host.lines("SELECT value FROM results") == ["42"])
            #expect(try host.errors().contains("from a child"))
            #expect(try host.number("SELECT sum(crashes) FROM jobs") == 0)
        }
    }

    @Test(arguments: languages) func `cannot use the commands that need to know the job`(
        language: (String, String, String)
    ) throws {
        try withWorker(language) { host, workers in
            try host.enqueue("command", data: "\"\(Binary.path)\"")
            try work(host, workers)
            let answer = try host.lines("SELECT value FROM results").joined()
            #expect(answer.hasPrefix("[64,") && answer.contains("job.memory"), "\(answer)")
            #expect(try host.number("SELECT count(*) FROM memory") == 0)
        }
    }

    @Test func `of an ES module work, and one's late error is not another's`() throws {
        try withWorker(("node", "w.mjs", Self.module)) { host, _ in
            for data in ["throw", "late", "fine"] { try host.enqueue("any", data: "\"\(data)\"") }
            try work(
                host,
                ["--slots", "1", "--worker", "any=node \(Self.folder)/weir-worker.js \(host.folder)/w.mjs"])
            let ends = try host.lines("SELECT state, coalesce(error, '') FROM jobs ORDER BY id")
            #expect(ends == ["failed|at once", "succeeded|", "succeeded|"])
            #expect(try host.number("SELECT sum(crashes) FROM jobs") == 0)
        }
    }

    private static let module = """
        import { parentPort } from 'worker_threads';
        let late;
        parentPort.on('message', (message) => {
          if (message.data === 'throw') throw new Error('at once');
          if (message.data === 'late') new Promise((_, reject) => { late = () => reject(new Error('late')); });
          if (message.data === 'fine') {
            late();
            return setTimeout(() => parentPort.postMessage({ taskId: message.id, result: 1 }), 20);
          }
          parentPort.postMessage({ taskId: message.id, result: 1 });
        });
        """
}
