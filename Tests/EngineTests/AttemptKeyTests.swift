import Jobs
import Testing

@testable import Engine

@Suite struct `The mark of an attempt` {
    @Test func `fits into sixty bits, is never nothing, and differs from all others`() {
        var marks: Set<UInt64> = []
        for database in ["a", "b", "0123456789abcdef0123456789abcdef"] {
            for job in 1...100 {
                for token in 1...30 {
                    let mark = AttemptKey(job: JobID(job), leaseToken: token).mark(in: database)
                    #expect(mark >= 1 && mark < 1 << 60)
                    marks.insert(mark)
                }
            }
        }
        #expect(marks.count == 9_000)
    }

    @Test func `does not change, since a rescuer must find what another process marked`() {
        let key = AttemptKey(job: JobID(12), leaseToken: 34)
        #expect(key.lease(in: "d") == "d.12.34")
        #expect(key.mark(in: "d") == key.mark(in: "d"))
        #expect(key.mark(in: "d") == fnv("d.12.34"))
    }

    /// The 64-bit FNV-1a hash, its upper bits folded.
    private func fnv(_ text: String) -> UInt64 {
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        return (hash ^ (hash >> 59)) % (1 << 60)
    }
}
