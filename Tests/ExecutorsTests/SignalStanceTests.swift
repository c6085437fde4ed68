import Glibc
import Testing

@testable import Executors

extension ProcessTests {
    @Suite struct `What a process makes of SIGTERM` {
        private func stance(pending: Int = 0, blocked: Int = 0, ignored: Int = 0, caught: Int = 0) -> SignalStance {
            func set(_ bit: Int) -> String {
                let digits = String(UInt64(bit) << 14 | 1, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }
            return SignalStance.stance(
                """
                Name:\tSigIgn: f
                SigQ:\t0/96268
                SigPnd:\t0000000000000000
                ShdPnd:\t\(set(pending))
                SigBlk:\t\(set(blocked))
                SigIgn:\t\(set(ignored))
                SigCgt:\t\(set(caught))
                """)
        }

        @Test func `is read from its status`() {
            #expect(stance() == .obeys)
            #expect(stance(caught: 1) == .handles)
            #expect(stance(ignored: 1) == .ignores)
            // Blocked and taken up by a thread that waits for it, or by a descriptor.
            #expect(stance(blocked: 1) == .handles)
            #expect(stance(blocked: 1, caught: 1) == .handles)
            // While its handler works, another waits.
            #expect(stance(pending: 1, blocked: 1, caught: 1) == .handles)
            #expect(stance(pending: 1, blocked: 1) == .keepsWaiting)
            #expect(SignalStance.stance("") == .obeys)
        }

        @Test func `is nothing once it is gone`() throws {
            let script = try TestScript.start(TestScript.request(["true"]))
            _ = try script.finish()
            #expect(SignalStance.of(script.process.pid) == nil)
        }
    }
}
