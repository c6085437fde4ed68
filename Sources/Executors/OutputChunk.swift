/// A piece of a script's output, written by one of its streams.
package struct OutputChunk: Sendable, Equatable {
    /// Where it begins, counted over both streams in the order in which they were read. Where it is more than the end
    /// of the chunk before, the bytes between were dropped.
    package var offset: Int
    package var stream: OutputStream
    package var bytes: [UInt8]

    package init(offset: Int, stream: OutputStream, bytes: [UInt8]) {
        self.offset = offset
        self.stream = stream
        self.bytes = bytes
    }
}
