import Glibc
import Testing

@testable import Server

@Suite struct `Connections of strangers` {
    @Test func `are bounded for each of them, and not those of our own user`() {
        let counts = ConnectionCounts(allowed: 2)
        let (stranger, other) = (Peer(uid: geteuid() + 1, address: "127.0.0.1"), Peer(uid: nil, address: "10.0.0.1"))
        #expect([counts.enter(stranger), counts.enter(stranger), counts.enter(stranger)] == [true, true, false])
        #expect(counts.enter(other))
        counts.leave(stranger)
        #expect([counts.enter(stranger), counts.enter(stranger)] == [true, false])
        let ours = Peer(uid: geteuid(), address: "127.0.0.1")
        #expect((0..<100).allSatisfy { _ in counts.enter(ours) })
    }
}
