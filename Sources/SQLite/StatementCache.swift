/// The prepared statements of a connection by the address of their literal: open addressing, since a lookup is on the
/// path of every statement and `Dictionary`'s seeded hash costs several times as much.
struct StatementCache: ~Copyable {
    private struct Slot {
        var key: UnsafePointer<UInt8>?
        var statement: Statement?
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var capacity = 64  // a power of two
    private(set) var count = 0

    init() {
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Slot(), count: capacity)
    }

    deinit { slots.deallocate() }

    /// The statement with that key, or `nil`.
    @inline(__always)
    func find(_ key: UnsafePointer<UInt8>) -> Statement? {
        var index = place(of: key)
        while let found = slots[index].key {
            if found == key { return slots[index].statement }
            index = (index + 1) & (capacity - 1)
        }
        return nil
    }

    /// Adds a statement under a key that is not there yet.
    mutating func insert(_ statement: Statement, for key: UnsafePointer<UInt8>) {
        if (count + 1) * 2 > capacity { grow() }
        put(Slot(key: key, statement: statement))
        count += 1
    }

    /// Empties the cache and hands each statement to `body`.
    mutating func removeAll(_ body: (Statement) -> Void) {
        for index in 0..<capacity {
            if let statement = slots[index].statement { body(statement) }
            slots[index] = Slot()
        }
        count = 0
    }

    private func put(_ slot: Slot) {
        guard let key = slot.key else { return }
        var index = place(of: key)
        while slots[index].key != nil { index = (index + 1) & (capacity - 1) }
        slots[index] = slot
    }

    private mutating func grow() {
        let old = UnsafeMutableBufferPointer(start: slots, count: capacity)
        capacity *= 2
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Slot(), count: capacity)
        for slot in old { put(slot) }
        old.deallocate()
    }

    @inline(__always)
    private func place(of key: UnsafePointer<UInt8>) -> Int {
        // Fibonacci hashing: the product's high bits depend on all bits of the address.
        Int(truncatingIfNeeded: (UInt64(UInt(bitPattern: key)) &* 0x9E37_79B9_7F4A_7C15) >> 40) & (capacity - 1)
    }
}
