import NIOCore
import Testing

@testable import Server

@Suite struct `Who may come in` {
    private let token = AccessToken("0123456789abcdef0123456789abcdef")

    private func policy(_ door: AccessPolicy.Door = .loopback(port: 8080), requiresToken: Bool = false) -> AccessPolicy
    {
        AccessPolicy(door: door, token: token, uid: 1000, requiresToken: requiresToken)
    }

    private func visit(
        host: String? = "localhost:8080", uid: UInt32? = 1000, _ change: (inout AccessPolicy.Visit) -> Void = { _ in }
    ) -> AccessPolicy.Visit {
        var visit = AccessPolicy.Visit(host: host, peer: Peer(uid: uid, address: "127.0.0.1"))
        change(&visit)
        return visit
    }

    private func isAllowed(_ visit: AccessPolicy.Visit, by policy: AccessPolicy) -> Bool {
        policy.decide(visit) == .allowed
    }

    @Test(arguments: ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:8080"])
    func `is a program of the same user that names this host`(host: String) {
        #expect(isAllowed(visit(host: host), by: policy()))
    }

    @Test(
        arguments: [
            nil, "", "localhost", "localhost:80", "localhost:8081", "localhost:", "localhost:x", "localhost:080800",
            "evil.example",
            "evil.example:8080", "127.0.0.1.evil.example:8080", "[::1", "[::1]", "127.0.0.1:8080:8080",
            "localhost:８０８０",
        ] as [String?])
    func `is nobody who names another`(host: String?) {
        guard case .forbidden = policy().decide(visit(host: host)) else {
            Issue.record("let in")
            return
        }
    }

    @Test func `is nobody of another user, and nobody whom the kernel does not know`() {
        for uid in [0, 1001, nil] as [UInt32?] {
            guard case .needsToken(_, guess: nil) = policy().decide(visit(uid: uid)) else {
                Issue.record("let in: \(uid as Any)")
                continue
            }
            #expect(isAllowed(visit(uid: uid) { $0.authorization = "Bearer \(token.text)" }, by: policy()))
        }
    }

    @Test func `is who has the token, by whatever name`() {
        #expect(
            isAllowed(visit(host: "weir.example") { $0.authorization = "bearer \(token.text)" }, by: policy(.network)))
        for wrong in ["Bearer x", "Bearer \(token.text)0", "Bearer \(token.text.dropLast())", "Bearer "] {
            let decision = policy().decide(visit { $0.authorization = wrong })
            #expect(decision != .allowed || wrong == "Bearer ")
        }
    }

    @Test func `is a browser that has the cookie, on our own name only`() {
        let cookie = visit(uid: nil) { $0.cookie = token.text }
        #expect(isAllowed(cookie, by: policy(requiresToken: true)))
        #expect(!isAllowed(visit(host: "evil.example:8080", uid: nil) { $0.cookie = token.text }, by: policy()))
    }

    @Test func `is no foreign page, whatever it has`() {
        for (origin, site) in [
            ("http://evil.example", nil), ("null", nil), ("http://localhost:8081", nil), ("http://localhost", nil),
            (nil, "cross-site"), (nil, "same-site"), ("http://localhost:8080", "cross-site"),
        ] as [(String?, String?)] {
            let decision = policy().decide(
                visit { (visit: inout AccessPolicy.Visit) in
                    visit.origin = origin
                    visit.fetchSite = site
                    visit.authorization = "Bearer \(token.text)"
                })
            guard case .forbidden = decision else {
                Issue.record("let in: \(origin ?? "-") \(site ?? "-")")
                continue
            }
        }
        #expect(
            isAllowed(
                visit { (visit: inout AccessPolicy.Visit) in
                    visit.origin = "http://localhost:8080"
                    visit.fetchSite = "same-origin"
                }, by: policy()))
    }

    @Test func `is nobody without the token on another address, or where it is needed`() {
        #expect(!isAllowed(visit(host: "weir.example"), by: policy(.network)))
        #expect(!isAllowed(visit(), by: policy(requiresToken: true)))
        #expect(isAllowed(visit { $0.isPublic = true }, by: policy(requiresToken: true)))
        #expect(isAllowed(visit(host: "localhost"), by: policy(.socket)))
    }

    @Test func `is found in the kernel's file, unless the socket was closed`() {
        let line =
            "   3: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0 20 4 30 10 -1"
        let (source, peer) = (SocketFile.text(([127, 0, 0, 1], 0xD431)), SocketFile.text(([127, 0, 0, 1], 8080)))
        #expect(SocketFile.owner(in: line, of: source, connectedTo: peer) == 1000)
        #expect(SocketFile.owner(in: line, of: peer, connectedTo: source) == nil)
        #expect(SocketFile.owner(in: line.replacing("12345", with: "0"), of: source, connectedTo: peer) == nil)
        #expect(SocketFile.text((Array(repeating: 0, count: 15) + [1], 80)) == "00000000000000000000000001000000:0050")
    }

    @Test func `loses a guess for the rest of the minute, and only the one who guessed`() {
        let limit = GuessLimit(allowed: 3)
        let (one, other) = (Peer(uid: 1, address: "a"), Peer(uid: 2, address: "a"))
        for guess in 0..<3 { #expect(limit.allows("guess \(guess)", of: one, minute: 7)) }
        #expect(!limit.allows("another", of: one, minute: 7))
        #expect(limit.allows("another", of: other, minute: 7))
        #expect(limit.allows("another", of: one, minute: 8))
    }

    @Test func `is asked for the token, and not told to wait, while it sends an old cookie again and again`() {
        let limit = GuessLimit(allowed: 3)
        let browser = Peer(uid: nil, address: "10.0.0.1")
        for _ in 0..<100 { #expect(limit.allows("old", of: browser, minute: 7)) }
        // Those who guess beside it do not change that.
        for guess in 0..<100 { _ = limit.allows("\(guess)", of: browser, minute: 7) }
        #expect(!limit.allows("100", of: browser, minute: 7))
        #expect(limit.allows("old", of: browser, minute: 7))
    }

    @Test func `guesses with a cookie as with a bearer token`() {
        let guess = visit { $0.cookie = "x" }
        #expect(isAllowed(guess, by: policy()))
        guard case .needsToken(_, guess: "x") = policy(requiresToken: true).decide(guess) else {
            Issue.record("no guess")
            return
        }
        // What is no bearer token hides no guess.
        let both = visit {
            $0.cookie = "y"
            $0.authorization = "Basic x"
        }
        guard case .needsToken(_, guess: "y") = policy(.network).decide(both) else {
            Issue.record("no guess")
            return
        }
    }
}
