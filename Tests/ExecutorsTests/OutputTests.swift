import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `The output of a script` {
        @Test func `keeps the order of its streams`() throws {
            let script = try TestScript.start(
                TestScript.request(shell: "echo one; read x; echo two >&2; read x; echo three"))
            // Its input is empty, so it runs on at once: the order within one look is that of the pipes.
            _ = try script.finish()
            let chunks = script.process.output.take(limit: .max)
            let out = chunks.filter { $0.stream == .standardOutput }.flatMap(\.bytes)
            let error = chunks.filter { $0.stream == .standardError }.flatMap(\.bytes)
            #expect(String(decoding: out, as: UTF8.self) == "one\nthree\n")
            #expect(String(decoding: error, as: UTF8.self) == "two\n")
        }

        @Test func `of 100 MB on one line keeps its head and its tail`() throws {
            var request = TestScript.request(
                shell: "printf HEAD; head -c 100000000 /dev/zero | tr '\\0' x; printf TAIL")
            request.outputLimit = OutputLimit(head: 1000, tail: 2000)
            let (exit, output) = try TestScript.run(request)
            #expect(exit.exitCode == 0)
            #expect(output.total == 100_000_008)
            #expect(output.headEnd == 1000)
            #expect(output.keptFrom == 100_000_008 - 2000)
            #expect(output.standardOutput(limit: .max) == nil)
            let chunks = output.take(limit: .max)
            #expect(chunks.map(\.bytes.count).reduce(0, +) == 3000)
            #expect(chunks.first?.bytes.prefix(5) == Array("HEADx".utf8)[...])
            #expect(chunks.last?.bytes.suffix(5) == Array("xTAIL".utf8)[...])
        }

        @Test func `may be binary`() throws {
            let (_, output) = try TestScript.run(
                TestScript.request(["perl", "-e", "print map { chr } 0..255"]))
            #expect(output.standardOutput(limit: 256) == Array(0...255))
        }

        @Test func `of a flood starves nobody: a call reads no more than its bound`() throws {
            let script = try TestScript.start(TestScript.request(["yes"]))
            let process = script.process
            var isBounded = false
            try pollUntil {
                let before = process.output.total
                isBounded = process.readOutput(process.outputDescriptor) == .more || isBounded
                #expect(process.output.total - before <= ScriptProcess.readBytes)
                return process.output.total > 4_000_000
            }
            process.signal(SIGKILL)
            #expect(try script.finish().signal == SIGKILL)
        }
    }
}

@Suite struct `An output buffer` {
    private func buffer(head: Int, tail: Int) -> OutputBuffer {
        OutputBuffer(limit: OutputLimit(head: head, tail: tail))
    }

    private func append(_ text: String, _ stream: OutputStream = .standardOutput, to buffer: OutputBuffer) {
        var text = text
        text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0), stream) }
    }

    private func text(_ chunks: [OutputChunk]) -> [String] {
        chunks.map {
            "\($0.offset)\($0.stream == .standardOutput ? ">" : "!")" + String(decoding: $0.bytes, as: UTF8.self)
        }
    }

    @Test func `gives each byte once, in order`() {
        let output = buffer(head: 100, tail: 100)
        append("one", to: output)
        append("two", .standardError, to: output)
        append("three", to: output)
        #expect(text(output.take(limit: 4)) == ["0>one", "3!t"])
        #expect(output.hasMore)
        #expect(text(output.take(limit: 100)) == ["4!wo", "6>three"])
        #expect(!output.hasMore)
        #expect(output.take(limit: 100) == [])
        append("four", to: output)
        #expect(text(output.take(limit: 100)) == ["11>four"])
    }

    @Test func `shows what it dropped as a gap`() {
        let output = buffer(head: 4, tail: 4)
        append("0123456789abcdef", to: output)
        #expect(output.total == 16)
        #expect(output.headEnd == 4)
        #expect(output.keptFrom == 12)
        #expect(text(output.take(limit: 100)) == ["0>0123", "12>cdef"])
    }

    @Test func `keeps what was taken before the ring went over it out of the gap`() {
        let output = buffer(head: 4, tail: 4)
        append("01234567", to: output)
        #expect(text(output.take(limit: 100)) == ["0>0123", "4>4567"])
        append("89", to: output)
        #expect(text(output.take(limit: 100)) == ["8>89"])
        #expect(output.keptFrom == 6)
        append("abcdefgh", to: output)
        #expect(text(output.take(limit: 100)) == ["14>efgh"])
    }

    @Test func `gives standard output whole, or not at all`() {
        let output = buffer(head: 4, tail: 4)
        append("01", to: output)
        append("errors that go on and on", .standardError, to: output)
        append("23", to: output)
        #expect(output.standardOutput(limit: 4) == Array("0123".utf8))
        #expect(output.standardOutput(limit: 3) == nil)
        append("45678", to: output)
        #expect(output.standardOutput(limit: 100) == nil)
    }

    @Test func `of limit 0 only counts`() {
        let output = buffer(head: 0, tail: 0)
        append("0123", to: output)
        #expect(output.total == 4)
        #expect(output.keptFrom == 4)
        #expect(!output.hasMore)
        #expect(output.take(limit: 100) == [])
        #expect(output.standardOutput(limit: 100) == nil)
    }

    @Test func `cuts long chunks`() {
        let output = OutputBuffer()
        append(String(repeating: "x", count: 200_000), to: output)
        #expect(output.take(limit: .max).map(\.bytes.count) == [65_536, 65_536, 65_536, 3392])
    }

    @Test func `bounds what streams cost that take turns byte by byte`() {
        let output = buffer(head: 10, tail: 1_000_000)
        for index in 0..<100_000 { append("x", index % 2 == 0 ? .standardOutput : .standardError, to: output) }
        #expect(output.total == 100_000)
        #expect(output.keptFrom == 100_000 - OutputBuffer.maximumRuns)
        #expect(output.take(limit: .max).count == 10 + OutputBuffer.maximumRuns)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `agrees with a buffer without bounds`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let limit = OutputLimit(
            head: Int.random(in: 0...40, using: &random), tail: Int.random(in: 0...40, using: &random))
        let output = OutputBuffer(limit: limit)
        var all: [(UInt8, OutputStream)] = []
        var next = 0
        for _ in 0..<300 {
            let count = Int.random(in: 1...30, using: &random)
            let stream: OutputStream = Bool.random(using: &random) ? .standardOutput : .standardError
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            all += bytes.map { ($0, stream) }
            bytes.withUnsafeBytes { output.append($0, stream) }
            guard Int.random(in: 0..<3, using: &random) == 0 else { continue }
            for chunk in output.take(limit: Int.random(in: 1...50, using: &random)) {
                #expect(chunk.offset >= next)
                let lost = next..<chunk.offset
                #expect(lost.isEmpty || (lost.lowerBound >= output.headEnd && lost.upperBound <= output.keptFrom))
                next = chunk.offset + chunk.bytes.count
                let expected = all[chunk.offset..<next]
                #expect(chunk.bytes == expected.map(\.0))
                #expect(expected.allSatisfy { $0.1 == chunk.stream })
            }
        }
        #expect(output.total == all.count)
        #expect(output.headEnd == limit.head)
        #expect(output.keptFrom == all.count - limit.tail)
    }
}

/// Numbers that a seed repeats.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
