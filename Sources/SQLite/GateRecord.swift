/// What the holder of a lock leaves in the gate file, in one write of fixed size.
struct GateRecord: Equatable {
    static let size = 96
    private static let kindSize = 32

    /// Different for each time that the lock is held; 0 says that nobody is known to hold it.
    var hold: UInt64
    var identity: GateIdentity

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        bytes.storeBytes(of: hold.littleEndian, toByteOffset: 0, as: UInt64.self)
        bytes.storeBytes(of: identity.runnerID.littleEndian, toByteOffset: 8, as: Int64.self)
        bytes.storeBytes(of: identity.startTime.littleEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: identity.pidNamespace.littleEndian, toByteOffset: 24, as: UInt64.self)
        bytes.storeBytes(of: identity.pid.littleEndian, toByteOffset: 32, as: Int32.self)
        bytes[36] = identity.mayBeKilled ? 1 : 0
        for (index, byte) in identity.kind.utf8.prefix(Self.kindSize).enumerated() { bytes[40 + index] = byte }
    }

    /// `nil` when nobody is known to hold the lock.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.size else { return nil }
        hold = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        guard hold != 0 else { return nil }
        identity = GateIdentity(
            runnerID: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self)),
            kind: String(decoding: bytes[40..<40 + Self.kindSize].prefix { $0 != 0 }, as: UTF8.self),
            pid: Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: Int32.self)),
            startTime: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
            pidNamespace: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)),
            mayBeKilled: bytes[36] == 1)
    }

    init(hold: UInt64, identity: GateIdentity) {
        self.hold = hold
        self.identity = identity
    }
}
