import Glibc

/// A script's output in the order in which it was read, in bounded memory: its first bytes and its last.
///
/// Offsets count the bytes of both streams together. What neither the head nor the tail could keep is a gap in the
/// offsets. A script that writes nothing costs nothing.
package final class OutputBuffer {
    /// The longest chunk that `take` gives.
    static let chunkBytes = 64 << 10
    /// Two streams that take turns byte by byte must not cost 16 times what they write.
    static let maximumRuns = 16_384

    private let limit: OutputLimit
    private var head: [UInt8] = []
    private var headRuns = OutputRuns()
    /// A ring: the byte with offset o is at (o - headEnd) % tail. Allocated when the head is full.
    private var ring: UnsafeMutableRawPointer?
    private var tailRuns = OutputRuns()
    private var isHeadOpen: Bool
    private var taken = 0
    private var standardOutputBytes = 0
    private var isStandardOutputCut = false

    /// Bytes written so far, kept or not.
    package private(set) var total = 0
    /// Where the kept tail begins. What lies between `headEnd` and this was dropped.
    package private(set) var keptFrom = 0
    /// Where the kept head ends.
    package var headEnd: Int { head.count }
    /// Whether `take` would give something.
    package var hasMore: Bool { taken < head.count || max(taken, keptFrom) < total }

    package init(limit: OutputLimit = OutputLimit()) {
        self.limit = limit
        isHeadOpen = limit.head > 0
    }

    deinit { ring?.deallocate() }

    // MARK: Writing

    /// Appends at most `count` bytes of what can be read from `descriptor`.
    ///
    /// - Returns: read(2)'s result; on -1 errno is set. Less than `count` and than the scratch buffer: the pipe was
    ///   emptied.
    func read(from descriptor: Int32, stream: OutputStream, atMost count: Int, scratch: UnsafeMutableRawBufferPointer)
        -> Int
    {
        // Once the ring exists, the kernel writes into it: a flood is not copied twice. What it overwrites is the
        // oldest, byte for byte of what was read.
        if let ring, limit.tail >= scratch.count {
            let result = readToRing(ring, from: descriptor, atMost: min(count, limit.tail))
            if result > 0 { noteTail(result, stream) }
            return result
        }
        let result = Glibc.read(descriptor, scratch.baseAddress, min(count, scratch.count))
        if result > 0 { append(UnsafeRawBufferPointer(rebasing: scratch[..<result]), stream) }
        return result
    }

    private func readToRing(_ ring: UnsafeMutableRawPointer, from descriptor: Int32, atMost count: Int) -> Int {
        let position = (total - head.count) % limit.tail
        let untilEnd = min(count, limit.tail - position)
        var parts = (
            iovec(iov_base: ring + position, iov_len: untilEnd), iovec(iov_base: ring, iov_len: count - untilEnd)
        )
        return withUnsafeBytes(of: &parts) { readv(descriptor, $0.assumingMemoryBound(to: iovec.self).baseAddress, 2) }
    }

    /// Appends `bytes`, written by `stream`.
    package func append(_ bytes: [UInt8], _ stream: OutputStream) { bytes.withUnsafeBytes { append($0, stream) } }

    func append(_ bytes: UnsafeRawBufferPointer, _ stream: OutputStream) {
        let toHead = appendToHead(bytes, stream)
        var rest = bytes[toHead...]
        while !rest.isEmpty {
            let count = copyToRing(UnsafeRawBufferPointer(rebasing: rest))
            noteTail(count, stream)
            rest = rest.dropFirst(count)
        }
    }

    private func appendToHead(_ bytes: UnsafeRawBufferPointer, _ stream: OutputStream) -> Int {
        guard isHeadOpen else { return 0 }
        let count = min(bytes.count, limit.head - head.count)
        headRuns.note(stream, at: total)
        head.append(contentsOf: bytes[..<count])
        total += count
        keptFrom = total
        if stream == .standardOutput { standardOutputBytes += count }
        isHeadOpen = head.count < limit.head && headRuns.count < Self.maximumRuns
        return count
    }

    /// Returns how many bytes found room up to the ring's end.
    private func copyToRing(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard limit.tail > 0, let source = bytes.baseAddress else { return bytes.count }
        let ring = ring ?? UnsafeMutableRawPointer.allocate(byteCount: limit.tail, alignment: 16)
        self.ring = ring
        let position = (total - head.count) % limit.tail
        let count = min(bytes.count, limit.tail - position)
        (ring + position).copyMemory(from: source, byteCount: count)
        return count
    }

    private func noteTail(_ count: Int, _ stream: OutputStream) {
        tailRuns.note(stream, at: total)
        total += count
        if stream == .standardOutput { standardOutputBytes += count }
        var from = max(keptFrom, total - limit.tail)
        if tailRuns.count > Self.maximumRuns, let second = tailRuns.secondStart { from = max(from, second) }
        guard from > keptFrom else { return }
        keptFrom = from
        tailRuns.drop(before: from) { if $0 == .standardOutput { isStandardOutputCut = true } }
    }

    // MARK: Reading

    /// What has not been taken yet and is still kept, oldest first, `limit` bytes at most.
    package func take(limit: Int) -> [OutputChunk] {
        var chunks: [OutputChunk] = []
        var left = limit
        while left > 0, let chunk = nextChunk(from: taken, atMost: min(left, Self.chunkBytes)) {
            chunks.append(chunk)
            taken = chunk.offset + chunk.bytes.count
            left -= chunk.bytes.count
        }
        return chunks
    }

    /// All of standard output, when none of it was dropped and it has `limit` bytes at most; else nil.
    package func standardOutput(limit: Int) -> [UInt8]? {
        guard !isStandardOutputCut, standardOutputBytes <= limit else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(standardOutputBytes)
        var offset = 0
        while let chunk = nextChunk(from: offset, atMost: .max) {
            if chunk.stream == .standardOutput { result += chunk.bytes }
            offset = chunk.offset + chunk.bytes.count
        }
        return result
    }

    /// The stretch of one stream at `offset`, or at the first kept byte after it.
    private func nextChunk(from offset: Int, atMost limit: Int) -> OutputChunk? {
        if offset < head.count {
            let run = headRuns.run(at: offset, end: head.count)
            let end = min(run.end, limit > head.count ? head.count : offset + limit)
            return OutputChunk(offset: offset, stream: run.stream, bytes: Array(head[offset..<end]))
        }
        let start = max(offset, keptFrom)
        guard start < total else { return nil }
        let run = tailRuns.run(at: start, end: total)
        return OutputChunk(offset: start, stream: run.stream, bytes: ringBytes(start, min(run.end - start, limit)))
    }

    private func ringBytes(_ offset: Int, _ count: Int) -> [UInt8] {
        guard let ring else { return [] }
        let position = (offset - head.count) % limit.tail
        let untilEnd = min(count, limit.tail - position)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(buffer)
            target.copyMemory(from: UnsafeRawBufferPointer(start: ring + position, count: untilEnd))
            UnsafeMutableRawBufferPointer(rebasing: target[untilEnd...])
                .copyMemory(from: UnsafeRawBufferPointer(start: ring, count: count - untilEnd))
            initialized = count
        }
    }
}
