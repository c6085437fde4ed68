import TestSupport
import Testing

@Suite struct `Resources from the command line` {
    @Test func `limits of memory are stored with the job, whoever enqueues it`() throws {
        try withWeir { weir in
            try weir.enqueue("--memory", "1.5G", "--", "true")
            try weir(
                "enqueue", "--memory", "1G", "--from", "-",
                input: #"{"command": "true", "memory": "64M"}"# + "\n" + #"{"command": "true"}"# + "\n")
            let limits = try weir("sql", "--format", "csv", "SELECT memory_kb FROM job_history ORDER BY id")
            #expect(limits.lines == ["memory_kb", "1572864", "65536", "1048576"])
            let refused = try weir("enqueue", "--from", "-", input: #"{"command": "true", "memory": {}}"#)
            #expect(refused.code == 65)
            #expect(refused.errors.contains("<stdin>:1: 'memory' must be a text such as \"512M\" or \"2G\""))
        }
    }

    @Test func `a schedule's jobs have its limit`() throws {
        try withWeir { weir in
            #expect(
                try weir("schedule", "add", "--cron", "0 3 * * *", "--memory", "2G", "nightly", "--", "true").code == 0)
            #expect(try weir("schedule", "run", "nightly").code == 0)
            let limits = try weir("sql", "--format", "csv", "SELECT memory_kb FROM job_history")
            #expect(limits.lines == ["memory_kb", "2097152"])
        }
    }

    @Test func `the pools of the machine need not be made`() throws {
        try withWeir { weir in
            let enqueued = try weir("enqueue", "--pool", "cpu=1", "--pool", "memory=10", "--", "true")
            #expect(enqueued.errors == "")
            try weir.work()
            #expect(try weir.state(of: "1") == "succeeded")
            let pools = try weir("pool", "list", "--format", "csv")
            #expect(pools.lines.map { $0.split(separator: ",").last } == ["origin", "machine", "machine"])
            let refused = try weir("enqueue", "--pool", "cpu=100000", "--", "true")
            #expect(refused.code == 65)
            #expect(refused.errors.contains("100000 of pool 'cpu' were asked for, and it has "))
            #expect(try weir("pool", "set", "cpu", "100000").code == 0)
            #expect(try weir("enqueue", "--pool", "cpu=100000", "--", "true").code == 0)
        }
    }

    @Test func `units have numbers where that is asked for`() throws {
        try withWeir { weir in
            #expect(try weir("pool", "set", "port", "2", "--indexed").code == 0)
            try weir.enqueue("--pool", "port=2", "--shell", "echo \"$WEIR_POOL_PORT|$CUDA_VISIBLE_DEVICES\"")
            #expect(try weir("pool", "set", "gpu", "1").code == 0)
            try weir.enqueue(
                "--pool", "gpu", "--env", "CUDA_VISIBLE_DEVICES=7", "--shell",
                "echo \"$WEIR_POOL_GPU|$CUDA_VISIBLE_DEVICES\"")
            try weir.work()
            #expect(try weir("logs", "1").output == "0,1|\n")
            #expect(try weir("logs", "2").output == "0|7\n")
        }
    }

    @Test func `the doctor says who holds limits of memory`() throws {
        try withWeir { weir in
            try weir("init")
            let line = try weir("doctor").lines.first { $0.contains("memory-limits") }
            let isTold = line.map { $0.contains("control group") && $0.hasPrefix("ok") } ?? false
            #expect(isTold, "\(line ?? "")")
        }
    }
}
