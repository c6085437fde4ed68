/// Cuts a stream of bytes into lines, and never holds more than the longest line allowed.
struct LineFramer {
    let limit: Int
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// Whether a line has begun and not ended.
    var isWithinLine: Bool { !rest.isEmpty }

    /// Hands each line that `bytes` complete to `body`, without its end.
    ///
    /// - Throws: `.lineTooLong`, or what `body` throws; nothing more must be added then.
    mutating func add(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeBufferPointer<UInt8>) throws(WorkerFault) -> Void
    ) throws(WorkerFault) {
        let bytes = bytes.bindMemory(to: UInt8.self)
        var start = 0
        while start < bytes.count {
            guard let end = bytes[start...].firstIndex(of: 0x0A) else { break }
            try take(UnsafeBufferPointer(rebasing: bytes[start..<end]), body)
            start = end + 1
        }
        guard rest.count + bytes.count - start <= limit else { throw .lineTooLong(limit: limit) }
        rest += bytes[start...]
    }

    private mutating func take(
        _ end: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws(WorkerFault) -> Void
    ) throws(WorkerFault) {
        guard rest.count + end.count <= limit else { throw .lineTooLong(limit: limit) }
        if rest.isEmpty { return try body(end) }
        let line = rest + end
        rest.removeAll(keepingCapacity: line.count < 64 << 10)
        try line.withUnsafeBufferPointer { buffer throws(WorkerFault) in try body(buffer) }
    }
}
