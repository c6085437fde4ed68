/// Takes server-sent events out of bytes as they come.
struct EventStream {
    struct Overflow: Error {}

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var wasReturn = false
    private let limit: Int

    /// - Parameter limit: bytes of one event.
    init(limit: Int = RequestLimits.event) { self.limit = limit }

    /// - Returns: the data of each event that is complete by now.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(Overflow) -> [String] {
        var events: [String] = []
        for byte in bytes {
            // Lines end with CR, LF or both.
            if byte == 0x0A, wasReturn {
                wasReturn = false
                continue
            }
            wasReturn = byte == 0x0D
            if byte == 0x0A || byte == 0x0D {
                if let event = endLine() { events.append(event) }
            } else {
                guard line.count + data.count < limit else { throw Overflow() }
                line.append(byte)
            }
        }
        return events
    }

    /// The last event, if the stream ended without the empty line after it.
    mutating func finish() -> String? {
        if !line.isEmpty { _ = endLine() }
        return dispatch()
    }

    private mutating func endLine() -> String? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return dispatch() }
        // Comments and other fields mean nothing here.
        guard line.starts(with: "data".utf8) else { return nil }
        var value = line.dropFirst("data".utf8.count)
        if let first = value.first {
            guard first == UInt8(ascii: ":") else { return nil }
            value = value.dropFirst()
            if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        }
        if hasData { data.append(0x0A) }
        data += value
        hasData = true
        return nil
    }

    private mutating func dispatch() -> String? {
        guard hasData else { return nil }
        hasData = false
        defer { data.removeAll(keepingCapacity: true) }
        return String(decoding: data, as: UTF8.self)
    }
}
