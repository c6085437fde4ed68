/// Reads a zone's file: TZif of version 2 or later, its 64-bit part and the rule at its end (RFC 9636).
struct ZoneReader {
    private let name: String
    private let bytes: [UInt8]
    private var position = 0

    private struct Header {
        var version: UInt8
        var isUTCCount, isStandardCount, leapCount, changeCount, typeCount, nameBytes: Int

        func length(timeBytes: Int) -> Int {
            changeCount * (timeBytes + 1) + typeCount * 6 + nameBytes + leapCount * (timeBytes + 4) + isStandardCount
                + isUTCCount
        }
    }

    static func read(_ bytes: [UInt8], name: String) throws(ZoneError) -> TimeZone {
        var reader = ZoneReader(name: name, bytes: bytes)
        return try reader.zone()
    }

    private init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    private func malformed(_ reason: String) -> ZoneError { .malformed(name, reason: reason) }

    private mutating func zone() throws(ZoneError) -> TimeZone {
        let first = try header()
        guard first.version >= UInt8(ascii: "2") else { throw malformed("it has no 64-bit times (TZif version 1)") }
        try skip(first.length(timeBytes: 4))
        let header = try header()
        guard header.leapCount == 0 else {
            throw malformed("it counts leap seconds (a name under right/), and Unix time does not")
        }
        guard header.typeCount >= 1 else { throw malformed("it has no offsets") }
        guard bytes.count - position >= header.length(timeBytes: 8) else { throw malformed("it is cut off") }
        var changes: [Int] = []
        for _ in 0..<header.changeCount {
            let change = Int(Int64(bitPattern: bigEndian(8)))
            // Some compilers begin with a change at the Big Bang.
            let bounded = min(max(change, TimeZone.past), TimeZone.future)
            guard changes.last.map({ $0 < bounded }) ?? true else { throw malformed("its times do not ascend") }
            changes.append(bounded)
        }
        let types = (0..<header.changeCount).map { _ in Int(bigEndian(1)) }
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            offsets.append(Int(Int32(bitPattern: UInt32(bigEndian(4)))))
            position += 2
        }
        guard types.allSatisfy({ $0 < offsets.count }), offsets.allSatisfy({ abs($0) <= 93_600 }) else {
            throw malformed("an offset in it is none")
        }
        position += header.nameBytes + header.isStandardCount + header.isUTCCount
        return TimeZone(
            name: name, changes: changes, offsets: [offsets[0]] + types.map { offsets[$0] }, rule: try rule(changes))
    }

    private mutating func rule(_ changes: [Int]) throws(ZoneError) -> ZoneRule? {
        guard position < bytes.count, bytes[position] == 10, let end = bytes[(position + 1)...].firstIndex(of: 10)
        else { throw malformed("the rule at its end is missing") }
        let text = bytes[(position + 1)..<end]
        // An empty rule: nobody says how it goes on, so the last offset stays.
        guard !text.isEmpty else { return nil }
        guard let rule = ZoneRuleParser.parse(text) else {
            throw malformed("the rule at its end means nothing: '\(String(decoding: text.prefix(80), as: UTF8.self))'")
        }
        return rule
    }

    private mutating func header() throws(ZoneError) -> Header {
        guard bytes.count - position >= 44, bytes[position..<position + 4].elementsEqual("TZif".utf8) else {
            throw malformed("it is no TZif file")
        }
        let version = bytes[position + 4]
        position += 20
        let counts = (0..<6).map { _ in Int(bigEndian(4)) }
        return Header(
            version: version, isUTCCount: counts[0], isStandardCount: counts[1], leapCount: counts[2],
            changeCount: counts[3], typeCount: counts[4], nameBytes: counts[5])
    }

    private mutating func skip(_ count: Int) throws(ZoneError) {
        guard bytes.count - position >= count else { throw malformed("it is cut off") }
        position += count
    }

    /// The caller knows that so many bytes are there.
    private mutating func bigEndian(_ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for byte in bytes[position..<position + count] { value = value << 8 | UInt64(byte) }
        position += count
        return value
    }
}
