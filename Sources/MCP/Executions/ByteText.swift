/// Amounts of bytes as people read them.
enum ByteText {
    /// `812 B`, `180 KiB`.
    static func short(_ bytes: Int) -> String {
        if bytes < 1 << 10 { return "\(bytes) B" }
        return bytes < 10 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}
