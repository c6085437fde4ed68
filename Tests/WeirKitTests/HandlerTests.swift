import Testing
import WeirKit

private struct Thumbnail: Codable, Sendable, Equatable {
    struct Size: Codable, Sendable, Equatable {
        var width: Int
        var height: Int?
    }

    var path: String
    var size: Size
    var tags: [String: [Double]]
}

private struct DiskFull: Error, CustomStringConvertible {
    let description = "the disk is full: 0 of 7 bytes were written"
}

@Suite struct `A handler` {
    @Test func `reads and changes the memory, and loses no change of others`() async throws {
        try await withQueue { queue in
            try queue.register("count") { (_: Int, context) -> Int in
                while true {
                    let version = try await context.memory.version(of: "n") ?? 0
                    let number = try await context.memory.get("n", as: Int.self) ?? 0
                    do {
                        try await context.memory.set("n", number + 1, ifVersion: version)
                        return number
                    } catch let error as WeirError where error.code == .conflict {
                        continue
                    }
                }
            }
            try queue.register("rest") { (_: Int, context) -> [Bool] in
                let wasThere = try await context.memory.delete("n")
                let isThere = try await context.memory.delete("n", in: .global)
                return [wasThere, isThere, context.pools.isEmpty]
            }
            let rest = try await withRunner(queue) {
                let counts = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<8 { group.addTask { try await queue.submit("count", 0).success } }
                    return try await group.reduce(into: [Bool]()) { $0.append($1) }
                }
                #expect(counts.count == 8 && counts.allSatisfy { $0 })
                let values = try rows(queue.path, "SELECT value FROM memory WHERE name = 'n'")
                #expect(values == ["8"])
                return try await queue.submit("rest", 0)
            }
            let result = try rest.result(as: [Bool].self)
            #expect(result == [true, false, true])
        }
    }

    @Test func `is given the payload that was enqueued, and its result comes back`() async throws {
        try await withQueue { queue in
            let sent = Thumbnail(
                path: "a \"quoted\" naïve 🎞 path\n", size: .init(width: 1 << 53 + 1, height: nil),
                tags: ["x": [0.1, -1e300], "": []])
            try queue.register("thumbnail") { (job: Thumbnail, context) -> Thumbnail in
                var job = job
                job.tags["attempt"] = [Double(context.attempt)]
                return job
            }
            let outcome = try await withRunner(queue) { try await queue.submit("thumbnail", sent) }
            var expected = sent
            expected.tags["attempt"] = [1]
            #expect(outcome.success)
            let result = try outcome.result(as: Thumbnail.self)
            #expect(result == expected)
            #expect(outcome.attempts == 1)
            #expect(outcome.type == "thumbnail")
        }
    }

    @Test func `that throws fails the job with its text once the retries are used up`() async throws {
        try await withQueue { queue in
            let journal = Journal()
            try queue.register("write") { (_: Int, context) -> Void in
                journal.add("\(context.attempt)")
                throw DiskFull()
            }
            let outcome = try await withRunner(queue) {
                try await queue.submit("write", 7, options: EnqueueOptions(retries: 1))
            }
            #expect(!outcome.success)
            #expect(outcome.state == .failed)
            #expect(outcome.error == "the disk is full: 0 of 7 bytes were written")
            #expect(outcome.attempts == 2)
            #expect(journal.lines == ["1", "2"])
            #expect(throws: WeirError.self) { try outcome.result(as: Int.self) }
        }
    }

    @Test func `may say that another attempt would not help`() async throws {
        try await withQueue { queue in
            try queue.register("parse") { (_: String, _) -> Int in throw JobFailure("no such file", isFinal: true) }
            let outcome = try await withRunner(queue) { try await queue.submit("parse", "a") }
            #expect(outcome.state == .failed)
            #expect(outcome.attempts == 1)
            #expect(outcome.error == "no such file")
        }
    }

    @Test func `is not called for a payload that does not fit, which fails the job for good`() async throws {
        try await withQueue { queue in
            let journal = Journal()
            try queue.register("thumbnail") { (_: Thumbnail, _) in journal.add("called") }
            let job = try await queue.enqueue("thumbnail", ["path": "a"])
            let outcome = try await withRunner(queue) { try await queue.outcome(of: job) }
            #expect(outcome.state == .failed)
            #expect(outcome.attempts == 1)
            #expect(outcome.error == "the data of job \(job) do not fit 'thumbnail': there is no 'size'")
            #expect(journal.lines.isEmpty)
        }
    }

    @Test func `is cancelled when the time of its job is over`() async throws {
        try await withQueue { queue in
            let journal = Journal()
            try queue.register("sleep") { (_: Int, _) in
                do {
                    try await Task.sleep(for: .seconds(3_600))
                } catch {
                    journal.add("cancelled")
                    throw error
                }
            }
            let outcome = try await withRunner(queue) {
                try await queue.submit("sleep", 0, options: EnqueueOptions(retries: 0, timeout: .milliseconds(50)))
            }
            #expect(outcome.state == .failed)
            #expect(outcome.error == "timed out after 50 ms")
            #expect(journal.lines == ["cancelled"])
        }
    }

    @Test func `is cancelled with its job`() async throws {
        try await withQueue { queue in
            let journal = Journal()
            try queue.register("sleep") { (_: Int, _) in
                journal.add("began")
                try await Task.sleep(for: .seconds(3_600))
            }
            let outcome = try await withRunner(queue) {
                let job = try await queue.enqueue("sleep", 0)
                await journal.wait(for: 1)
                let wasOpen = try await queue.cancel(job)
                #expect(wasOpen)
                return try await queue.outcome(of: job)
            }
            #expect(outcome.state == .cancelled)
            let wasOpen = try await queue.cancel(outcome.job)
            #expect(!wasOpen)
        }
    }

    @Test func `writes into the job's log, and tells how far it is`() async throws {
        try await withQueue { queue in
            try queue.register("speak") { (_: Int, context) in
                context.progress(35, "a third")
                context.log("one")
                context.write(Array("two".utf8), isError: true)
            }
            let outcome = try await withRunner(queue) { try await queue.submit("speak", 0) }
            #expect(outcome.success)
            let log = try rows(queue.path, "SELECT group_concat(CAST(data AS TEXT), '') FROM outputs")
            #expect(log == ["one\ntwo"])
            let progress = try rows(queue.path, "SELECT progress, progress_message FROM job_history")
            #expect(progress == ["35.0|a third"])
        }
    }

    @Test func `is registered once for a type, and before a runner starts`() async throws {
        try await withQueue { queue in
            try queue.register("one") { (_: Int, _) in }
            #expect(code { try queue.register("one") { (_: Int, _) in } } == .registration)
            #expect(code { try queue.register("a b") { (_: Int, _) in } } == .invalid)
            try await withRunner(queue) { _ = try await queue.submit("one", 1) }
            #expect(code { try queue.register("two") { (_: Int, _) in } } == .registration)
            #expect(queue.registeredTypes == ["one"])
        }
    }

    private func code(_ body: () throws -> Void) -> WeirError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? WeirError)?.code
        }
    }
}
