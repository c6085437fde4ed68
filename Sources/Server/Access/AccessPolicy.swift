/// Who may come in. A pure decision on what a request shows of itself and what the kernel says of its sender.
///
/// Without a token a request comes in only from a process of the same user, with the name of this host and our port, and
/// not from a foreign page. Everybody else needs the token. A foreign page never comes in: a browser sends its user's
/// requests, not its own.
package struct AccessPolicy: Sendable {
    /// Where the server listens.
    package enum Door: Sendable, Equatable {
        case loopback(port: Int)
        case socket
        /// Another address, whose port others may see differently.
        case network
    }

    package let door: Door
    package let token: AccessToken
    /// Of the server.
    package let uid: UInt32
    package let requiresToken: Bool

    package init(door: Door, token: AccessToken, uid: UInt32, requiresToken: Bool) {
        self.door = door
        self.token = token
        self.uid = uid
        self.requiresToken = requiresToken
    }

    /// What a request shows of itself.
    package struct Visit: Sendable {
        package var host: String?
        package var origin: String?
        /// Sec-Fetch-Site, which browsers send and pages cannot change.
        package var fetchSite: String?
        package var authorization: String?
        /// The token that a page's session has.
        package var cookie: String?
        /// What it asks for holds nothing of anybody's: the page's own files.
        package var isPublic: Bool
        package var peer: Peer

        package init(
            host: String? = nil, origin: String? = nil, fetchSite: String? = nil, authorization: String? = nil,
            cookie: String? = nil, isPublic: Bool = false, peer: Peer
        ) {
            self.host = host
            self.origin = origin
            self.fetchSite = fetchSite
            self.authorization = authorization
            self.cookie = cookie
            self.isPublic = isPublic
            self.peer = peer
        }
    }

    package enum Decision: Sendable, Equatable {
        case allowed
        /// It cannot be mended by a token.
        case forbidden(String)
        /// `guess`: the token that was given, and was wrong; `nil`: none was.
        case needsToken(String, guess: String?)
    }

    package func decide(_ visit: Visit) -> Decision {
        if let reason = foreignPage(visit) { return .forbidden(reason) }
        if let authorization = visit.authorization, let given = Self.bearer(in: authorization) {
            if token.matches(given.utf8) { return .allowed }
            return .needsToken("the bearer token is not this server's", guess: String(given))
        }
        if let cookie = visit.cookie {
            // A browser keeps cookies by the host's name alone: another server of this host could see it, or set it.
            if token.matches(cookie.utf8), isOurs(visit.host) { return .allowed }
        }
        guard isOurs(visit.host) else {
            return .forbidden(
                "the Host header names another server; ask for localhost, 127.0.0.1 or [::1] with the server's port, or "
                    + "send the token (Authorization: Bearer …)")
        }
        if visit.isPublic { return .allowed }
        if !requiresToken, door != .network, visit.peer.uid == uid { return .allowed }
        // A cookie that was right would have been found so above.
        if let cookie = visit.cookie {
            return .needsToken(
                "the session is none of this server's; send the token of the file DB-token (Authorization: Bearer …)",
                guess: cookie)
        }
        guard requiresToken || door == .network else {
            return .needsToken(
                "only processes of the user who runs the server come in without the token (Authorization: Bearer …)",
                guess: nil)
        }
        return .needsToken("send the token of the file DB-token (Authorization: Bearer …)", guess: nil)
    }

    /// The token in `Bearer TOKEN`.
    static func bearer(in authorization: String) -> Substring? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1]
    }

    private func foreignPage(_ visit: Visit) -> String? {
        if let site = visit.fetchSite, site != "same-origin", site != "none" {
            return "a page of another site may not ask this server (Sec-Fetch-Site: \(site.prefix(40)))"
        }
        guard let origin = visit.origin else { return nil }
        guard let host = visit.host, origin == "http://\(host)" || origin == "https://\(host)" else {
            return "a page of \(origin.prefix(200)) may not ask this server"
        }
        return nil
    }

    /// Whether the name is one that no other server's address can have: a foreign page that made its own name point here
    /// still says its own name.
    private func isOurs(_ host: String?) -> Bool {
        guard let host else { return false }
        let (name, port) = Self.split(host)
        switch door {
        case .loopback(let ours): return Self.loopbackNames.contains(name.lowercased()) && port == ours
        case .socket: return Self.loopbackNames.contains(name.lowercased())
        // Only those who have the token come in, and no foreign page has it.
        case .network: return true
        }
    }

    private static let loopbackNames: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    /// `[::1]:8080` → `[::1]`, 8080; without a port, HTTP's own; `nil` where it is no number.
    static func split(_ host: String) -> (name: String, port: Int?) {
        let end = host.lastIndex(of: "]").map { host.index(after: $0) } ?? host.firstIndex(of: ":") ?? host.endIndex
        let rest = host[end...]
        if rest.isEmpty { return (host, 80) }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.count <= 5, digits.allSatisfy(\.isASCII) else { return (host, nil) }
        return (String(host[..<end]), Int(digits))
    }
}
