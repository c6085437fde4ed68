import FoundationEssentials

/// The address of a request, in its parts.
struct Address: Equatable {
    private(set) var url: URL
    let scheme: String
    let host: String
    /// `name:password` of the address, percent-decoded; never part of `text`.
    private(set) var credentials: String?

    /// - Returns: `nil` for what is no address of HTTP.
    init?(_ text: String) {
        guard let url = URL(string: text) else { return nil }
        self.init(url)
    }

    private init?(_ url: URL) {
        guard var parts = URLComponents(url: url.absoluteURL, resolvingAgainstBaseURL: true),
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = parts.host, !host.isEmpty
        else { return nil }
        if let user = parts.user { credentials = "\(user):\(parts.password ?? "")" }
        parts.user = nil
        parts.password = nil
        parts.fragment = nil
        guard let plain = parts.url else { return nil }
        self.url = plain
        self.scheme = scheme
        self.host = host.lowercased()
    }

    /// What is asked for. Without user and password.
    var text: String { url.absoluteString }

    /// Where the connection goes: `https://example.org:8443`.
    var origin: String { "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "") }

    func isSameOrigin(as other: Address) -> Bool {
        func port(_ address: Address) -> Int { address.url.port ?? (address.scheme == "https" ? 443 : 80) }
        return scheme == other.scheme && host == other.host && port(self) == port(other)
    }

    /// Where a `Location` of its answer leads; `nil`: to what is no address of HTTP.
    func following(_ location: String) -> Address? {
        guard let url = URL(string: location, relativeTo: url) else { return nil }
        return Address(url)
    }

    /// Whether a location names a scheme of its own that this address does not have.
    func leavesScheme(_ location: String) -> Bool {
        guard let scheme = URL(string: location)?.scheme else { return false }
        return scheme.lowercased() != self.scheme
    }

    /// For people: what may be a key is left out.
    var shown: String {
        guard var parts = URLComponents(url: url, resolvingAgainstBaseURL: false) else { return origin }
        parts.queryItems = parts.queryItems?.map { item in
            Self.isSecret(item.name) ? URLQueryItem(name: item.name, value: "...") : item
        }
        return parts.string ?? origin
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["key", "token", "secret", "password", "passwd", "sig", "auth", "credential", "code"].contains {
            name.contains($0)
        }
    }
}
