import Testing

@Suite struct `A runner with nothing to do` {
    @Test func `is live, although it renews no lease`() throws {
        try withHost { host in
            try host.run("init")
            _ = try host.startRunner("--slots", "2", "--lease", "500ms")
            try eventually("the lease's end") {
                let shown = try host.run("runner", "list", "--format", "csv").split(whereSeparator: \.isNewline)
                return (shown.last?.split(separator: ",").last.flatMap { Int($0) } ?? 0) < 0
            }
            let shown = try host.run("runner", "list", "--format", "csv")
            #expect(shown.contains(",live,"), "\(shown)")
            try host.run("enqueue", "--in", "1h", "--", "true")
            let explained = try host.run("explain", "1")
            #expect(!explained.contains("no runner lives"), "\(explained)")
            try host.stopRunners()
        }
    }
}
