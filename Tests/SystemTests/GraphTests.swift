import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `Many jobs` {
    enum Shape: String, CaseIterable { case chain, fanOut, fanIn }

    private struct Figures {
        let count: Int
        let enqueue: Int
        let execution: Int
        let memory: Int

        var text: String {
            "\(enqueue) ms to enqueue, \(execution) ms to run, \(execution * 1_000 / count) us a job, peak \(memory) KiB"
        }
    }

    private func lines(_ shape: Shape, _ count: Int) -> String {
        let jobs = (0..<count).map { job -> String in
            let after: String =
                switch shape {
                case .chain: job == 0 ? "" : #", "after": ["j\#(job - 1)"]"#
                case .fanOut: job == 0 ? "" : #", "after": ["j0"]"#
                case .fanIn:
                    job < count - 1 ? "" : #", "after": [\#((0..<job).map { #""j\#($0)""# }.joined(separator: ", "))]"#
                }
            return #"{"command": "true", "name": "j\#(job)"\#(after)}"#
        }
        return jobs.joined(separator: "\n")
    }

    /// Milliseconds to enqueue and to execute them all with two runners, and the runners' peak memory in KiB.
    private func execute(_ shape: Shape, _ count: Int) throws -> Figures {
        try withHost { host in
            let input = lines(shape, count)
            try host.run("init")
            var start = wallClock()
            try host.run("enqueue", "--from", "-", input: input)
            let enqueue = wallClock() - start
            // One transaction: all jobs have one time and one number.
            #expect(try host.lines("SELECT count(*), count(DISTINCT created_at) FROM jobs") == ["\(count)|1"])
            start = wallClock()
            for _ in 0..<2 { try host.startRunner("--slots", "4") }
            var memory = 0
            try eventually("end of all jobs", within: 1_200, every: 20_000) {
                memory = max(memory, host.runners.map { Files.peakMemory(of: $0.pid) }.max() ?? 0)
                return try host.isAllFinal()
            }
            let execution = wallClock() - start
            try host.stopRunners()
            #expect(try host.lines("SELECT DISTINCT state, attempt FROM jobs") == ["succeeded|1"])
            try host.checkInvariants()
            return Figures(count: count, enqueue: enqueue, execution: execution, memory: memory)
        }
    }

    @Test(arguments: Shape.allCases) func `come to their end at a cost that does not grow with their number`(
        shape: Shape
    ) throws {
        let few = try execute(shape, Binary.size(100, full: 1_000))
        report("\(shape) of \(few.count): \(few.text)")
        let many = try execute(shape, Binary.size(300, full: 10_000))
        report("\(shape) of \(many.count): \(many.text)")
        if Binary.isFull { #expect(many.execution <= few.execution * 12) }
    }
}
