/// What makes a client's request have its effect once: the key that the client gave it, and what the request was.
///
/// What the request made is stored under both, so that another request with the key is told from the same sent again.
package struct RequestKey: Sendable, Hashable {
    /// As the client gave it.
    package let key: String
    private let digest: String

    /// - Parameters:
    ///   - key: 1 to 200 characters, by the client.
    ///   - request: the whole request in one form, such as JSON in the order of the names.
    package init(_ key: String, request: String) {
        self.key = key
        digest = Self.digest(of: request)
    }

    /// How what the request made is stored: `KEY#DIGEST`.
    var stored: String { "\(escaped)#\(digest)" }

    /// What is stored for any request with the key: from the first, and before the second.
    var range: (from: String, to: String) { ("\(escaped)#", "\(escaped)$") }

    /// Without the two signs that part a stored key.
    private var escaped: String {
        key.replacing("%", with: "%25").replacing("#", with: "%23").replacing("/", with: "%2F")
    }

    /// FNV-1a twice over, with two beginnings: a client that makes a collision cheats nobody but itself.
    private static func digest(of text: String) -> String {
        var (first, second): (UInt64, UInt64) = (0xCBF2_9CE4_8422_2325, 0x6C62_272E_07BB_0142)
        for byte in text.utf8 {
            first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
            second = (second ^ UInt64(byte ^ 0x5A)) &* 0x100_0000_01B3
        }
        return [first, second].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
