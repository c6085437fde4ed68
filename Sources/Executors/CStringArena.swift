import Glibc

/// Builds arrays of C strings in memory that is reused: a spawn costs no allocation for each argument and variable.
struct CStringArena: ~Copyable {
    private var bytes: UnsafeMutableRawBufferPointer
    private var pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>
    private var usedBytes = 0
    private var usedPointers = 0

    init() {
        bytes = .allocate(byteCount: 16 << 10, alignment: 1)
        pointers = .allocate(capacity: 256)
    }

    deinit {
        bytes.deallocate()
        pointers.deallocate()
    }

    /// Forgets what it holds and makes room: pointers that it gives stay good until the next `reset`.
    mutating func reset(bytes byteCount: Int, pointers pointerCount: Int) {
        usedBytes = 0
        usedPointers = 0
        if bytes.count < byteCount {
            bytes.deallocate()
            bytes = .allocate(byteCount: byteCount, alignment: 1)
        }
        if pointers.count < pointerCount {
            pointers.deallocate()
            pointers = .allocate(capacity: pointerCount)
        }
    }

    /// The place where the next pointer goes.
    var end: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        // An UnsafeMutableBufferPointer of a capacity above 0 has a base address.
        pointers.baseAddress.unsafelyUnwrapped + usedPointers
    }

    mutating func addNull() {
        pointers.initializeElement(at: usedPointers, to: nil)
        usedPointers += 1
    }

    /// Adds a string made of `parts`. False when one holds a NUL byte.
    mutating func add(_ parts: String...) -> Bool {
        precondition(usedPointers < pointers.count, "reset made room for all pointers")
        let start = usedBytes
        for part in parts { append(part) }
        let length = usedBytes - start
        bytes[usedBytes] = 0
        usedBytes += 1
        // As above.
        let text = bytes.baseAddress.unsafelyUnwrapped + start
        pointers.initializeElement(at: usedPointers, to: text.assumingMemoryBound(to: CChar.self))
        usedPointers += 1
        return memchr(text, 0, length) == nil
    }

    private mutating func append(_ part: String) {
        var part = part
        part.withUTF8 { utf8 in
            precondition(usedBytes + utf8.count < bytes.count, "reset made room for all bytes")
            UnsafeMutableRawBufferPointer(rebasing: bytes[usedBytes...]).copyMemory(from: UnsafeRawBufferPointer(utf8))
            usedBytes += utf8.count
        }
    }
}
