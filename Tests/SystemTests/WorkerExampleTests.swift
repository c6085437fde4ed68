import Glibc
import TestSupport
import Testing

/// What lies under examples/workers, with the interpreters of this host.
@Suite(.serialized) struct `The helpers for workers` {
    private static let folder =
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        + "/examples/workers"

    private static func has(_ program: String) -> Bool {
        (Binary.variable("PATH") ?? "").split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    static let languages = [("python3", "jobs.py"), ("node", "jobs.js")]

    @Test(arguments: languages) func `run the examples`(program: String, file: String) throws {
        guard Self.has(program) else { return report("skipped: there is no \(program) here") }
        try withHost { host in
            let worker = "\(program) \(Self.folder)/\(file)"
            try host.enqueue("resize", data: #"{"file": "a.png", "width": 7}"#)
            try host.enqueue("noop", count: 500)
            try host.work("--slots", "2", "--worker", "resize=\(worker)", "--worker", "noop=\(worker)")
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 501)
            #expect(
                try host.lines(
                    "SELECT value ->> 'file', value ->> 'width', progress FROM results JOIN jobs ON id = job_id"
                ) == ["a.png|7|75.0"])
        }
    }

    private static let python = """
        import sys
        sys.path.insert(0, "\(folder)")
        from weir_worker import job, run, Final
        @job("print")
        def say(data):
            print("from print")
            return input() if data == "input" else None
        @job("raise")
        def fail(data, job):
            raise ValueError("bad " + str(data))
        @job("final")
        def final(data):
            raise Final("never")
        @job("nan")
        def nan(data):
            return float("nan")
        @job("again")
        def again(data, job):
            if job.attempt == 1:
                job.checkpoint([1, data])
                raise RuntimeError("once more")
            return job.saved
        run()
        """

    private static let node = """
        const { job } = require("\(folder)/weir-worker.js");
        job("print", () => { console.log("from print"); process.stdout.write("and more\\n"); });
        job("raise", async (data) => { throw new Error("bad " + data); });
        job("final", () => { throw Object.assign(new Error("never"), { final: true }); });
        job("again", (data, job) => {
          if (job.attempt > 1) return job.saved;
          job.checkpoint([1, data]);
          throw new Error("once more");
        });
        """

    @Test(arguments: [("python3", "w.py", python), ("node", "w.js", node)])
    func `keep what is printed out of the answers, and turn exceptions into errors`(
        program: String, file: String, source: String
    ) throws {
        guard Self.has(program) else { return report("skipped: there is no \(program) here") }
        try withHost { host in
            try Files.write(source, to: "\(host.folder)/\(file)")
            for type in ["print", "raise", "final", "unknown"] { try host.enqueue(type, data: "7") }
            try host.enqueue("again", data: "7", retries: 1)
            var arguments = ["--drain-after", "idle"]
            for type in ["print", "raise", "final", "unknown", "again"] {
                arguments += ["--worker", "\(type)=\(program) \(host.folder)/\(file)"]
            }
            let runner = try host.start(["runner"] + arguments)
            #expect(try runner.wait().exitCode == 0)
            let ends = try host.lines("SELECT type, state, coalesce(error, '') FROM jobs ORDER BY id")
            #expect(ends[0] == "print|succeeded|")
            #expect(ends[1].hasPrefix("raise|failed|") && ends[1].hasSuffix("bad 7"), "\(ends)")
            #expect(ends[2] == "final|failed|never")
            #expect(ends[3].hasPrefix("unknown|failed|this worker has no job 'unknown'; it has: again, "), "\(ends)")
            #expect(ends[4] == "again|succeeded|")
            let saved = try host.lines(
                "SELECT value ->> 0, value ->> 1 FROM results JOIN jobs ON id = job_id WHERE type = 'again'")
            #expect(saved == ["1|7"])
            let errors = try host.errors()
            #expect(errors.contains("from print") && errors.contains("bad 7"), "\(errors)")
            #expect(try host.number("SELECT sum(crashes) FROM jobs") == 0)
        }
    }

    /// Byte for byte as the reference has it.
    private static let listing = """
        // custom-worker.js
        const { parentPort } = require('worker_threads');

        parentPort.on('message', async (message) => {
          if (message.type === 'custom-task') {
            // Custom processing logic
            const result = await processCustomTask(message.data);
            parentPort.postMessage({ taskId: message.id, result });
          }
        });

        """

    @Test func `run the reference's custom worker unchanged`() throws {
        guard Self.has("node") else { return report("skipped: there is no node here") }
        try withHost { host in
            try Files.write(Self.listing, to: "\(host.folder)/custom-worker.js")
            // What the listing calls and leaves to its reader.
            try Files.write(
                """
                globalThis.processCustomTask = async (data) => {
                  if (data.fail) throw new Error('told to');
                  return { sum: data.a + data.b };
                };
                """, to: "\(host.folder)/processing.js")
            try host.enqueue("custom-task", data: #"{"a": 1, "b": 2}"#, count: 20)
            try host.enqueue("custom-task", data: #"{"fail": true}"#)
            try host.work(
                "--slots", "2", "--worker",
                "custom-task=node -r \(host.folder)/processing.js \(Self.folder)/weir-worker.js "
                    + "\(host.folder)/custom-worker.js")
            #expect(try host.number("SELECT count(*) FROM results WHERE value ->> 'sum' = 3") == 20)
            #expect(try host.lines("SELECT error FROM jobs WHERE state <> 'succeeded'") == ["told to"])
        }
    }
}
