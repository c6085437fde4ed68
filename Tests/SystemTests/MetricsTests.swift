import Glibc
import TestSupport
import Testing

/// What `/metrics` tells Prometheus.
@Suite(.serialized) struct `Figures for Prometheus` {
    private static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    private static let python = "\(root)/.build/python/bin/python"
    private static let hasClient = access(python, X_OK) == 0

    private func sample(_ name: String, in text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    private func figures(_ server: ServerProcess) throws -> String { try server.request("GET", "/metrics").body }

    @Test(.enabled(if: hasClient, "no PyPI: see require_python in tools/test"))
    func `are well formed, with histograms of waits, runs and requests`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "2")
            for command in ["true", "false"] {
                try server.post("/v1/jobs", #"{"command": "\#(command)", "retries": 0}"#)
            }
            _ = try server.request("GET", "/nowhere")
            try eventually("the jobs") { try host.isAllFinal() }
            try eventually("their figures") { sample("weir_run_seconds_count", in: try figures(server)) == 2 }
            let reader = try TestProcess(
                [
                    Self.python, "\(Self.root)/Tests/SystemTests/Server/metrics.py",
                    "http://127.0.0.1:\(server.port)/metrics",
                ],
                in: host.folder)
            let end = try reader.wait()
            #expect(end.exitCode == 0, "\(reader.error)")
            #expect(reader.output == "weir_run_seconds 2\nweir_wait_seconds 2\n", "\(reader.output)")
            let text = try figures(server)
            #expect(text.contains(#"weir_request_seconds_bucket{method="POST",route="/v1/jobs",le="+Inf"} 2"#))
            try server.stop()
        }
    }

    @Test func `count each length in its bucket, and what came later is added`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let first = try figures(server)
            #expect(sample("weir_run_seconds_count", in: first) == 0)
            #expect(sample(#"weir_wait_seconds_bucket{le="+Inf"}"#, in: first) == 0)
            try addMinute(host, back: 0, runner: 1, runs: #"{"1":1,"1024":2,"1152":3}"#, waits: #"{"0":5,"16":1}"#)
            let second = try figures(server)
            #expect(sample(#"weir_run_seconds_bucket{le="0.001"}"#, in: second) == 1)
            #expect(sample(#"weir_run_seconds_bucket{le="0.512"}"#, in: second) == 1)
            #expect(sample(#"weir_run_seconds_bucket{le="1.024"}"#, in: second) == 3)
            #expect(sample(#"weir_run_seconds_bucket{le="2.048"}"#, in: second) == 6)
            #expect(sample(#"weir_run_seconds_bucket{le="+Inf"}"#, in: second) == 6)
            #expect(sample("weir_run_seconds_sum", in: second) == 5.5)
            #expect(sample(#"weir_wait_seconds_bucket{le="0.001"}"#, in: second) == 5)
            #expect(sample(#"weir_wait_seconds_bucket{le="0.016"}"#, in: second) == 6)
            // Another runner, and what took longer than any bucket.
            try addMinute(host, back: 0, runner: 2, runs: #"{"999999999":1}"#, waits: "{}")
            let third = try figures(server)
            #expect(sample(#"weir_run_seconds_bucket{le="67108.864"}"#, in: third) == 6)
            #expect(sample(#"weir_run_seconds_bucket{le="+Inf"}"#, in: third) == 7)
            try server.stop()
        }
    }

    /// A row as a runner writes it.
    private func addMinute(_ host: Host, back: Int, runner: Int, runs: String, waits: String) throws {
        try host.shell(
            """
            INSERT INTO runner_minutes VALUES (
                unixepoch() / 60 - \(back), \(runner), 6, 0, 0, 0, 5500, '\(runs)', 0, 6, 80, 0, 0, 1, 0, 0, NULL,
                unixepoch() * 1000, '\(waits)')
            """)
    }
}
