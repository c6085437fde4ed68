/// A file of the web page, embedded in the binary.
package struct PageFile: Sendable {
    /// As it is called in `files/`.
    package let name: String
    package let bytes: [UInt8]
    /// Changes with the bytes, with the quotes that the header wants.
    package let entityTag: String

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        entityTag = Self.entityTag(of: bytes)
    }

    /// `Content-Type`
    package var contentType: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }

    /// What the browser may do with the page: run its own scripts, apply its own styles, talk to its own server.
    package static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

    /// FNV-1a: it tells versions of our own files apart, and keeps nobody from anything.
    private static func entityTag(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "\"\(String(hash, radix: 16))-\(bytes.count)\""
    }
}
